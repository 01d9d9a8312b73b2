/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/keystream.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include "base/bytes.h"
#include "base/banned.h"

/* Counter mode over zeros is the keystream itself. */
static bool run(EVP_CIPHER_CTX *evp, const EVP_CIPHER *cipher, const uint8_t *counter,
                const struct keystream_job *job)
{
    const size_t bytes = job->blocks * KEYSTREAM_BLOCK_BYTES;
    int len = 0;
    assert(job->blocks <= KEYSTREAM_BLOCKS_MAX);
    memset(job->ret, 0, bytes);
    if (EVP_EncryptInit_ex2(evp, cipher, job->key, counter, NULL) != 1) return false;
    if (bytes == 0) return true; /* an Update of no bytes would mean "finish" to libcrypto */
    return EVP_EncryptUpdate(evp, job->ret, &len, job->ret, (int)bytes) == 1 &&
           (size_t)len == bytes;
}

static status run_all(const EVP_CIPHER *cipher, const uint8_t *counter,
                      const struct keystream_job *jobs, size_t count)
{
    EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
    bool done = evp != NULL;
    for (size_t i = 0; done && i < count; i++)
        done = run(evp, cipher, counter, &jobs[i]);
    EVP_CIPHER_CTX_free(evp);
    if (done) return OK;
    ERR_clear_error();
    for (size_t i = 0; i < count; i++)
        bytes_wipe(jobs[i].ret, jobs[i].blocks * KEYSTREAM_BLOCK_BYTES);
    return FAIL(E_NOMEM);
}

status keystream_many_portable(const uint8_t *counter, const struct keystream_job *jobs,
                               size_t count)
{
    return run_all(EVP_aes_128_ctr(), counter, jobs, count);
}

status keystream_many(const uint8_t *counter, const struct keystream_job *jobs, size_t count)
{
    const keystream_kernel kernel = keystream_x86();
    if (kernel == NULL) return keystream_many_portable(counter, jobs, count);
    kernel(counter, jobs, count);
    return OK;
}

status keystream_long(const uint8_t *key, const uint8_t *counter, size_t blocks, uint8_t *ret)
{
    return run_all(EVP_aes_256_ctr(), counter, &(struct keystream_job){ key, ret, blocks }, 1);
}
