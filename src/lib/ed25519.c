/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/ed25519.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/ed25519_point.h"
#include "base/banned.h"

/*
 * Budget: 46 us a signature and 127 us a verification on a 2.6 GHz Zen 4, of which openssl speed
 * ed25519 takes 44 and 122: OpenSSL 3.0 has portable code only.
 */
struct ed25519_key {
    EVP_PKEY *pair;
    EVP_MD_CTX *evp;
    uint8_t public_key[ED25519_PUBLIC_BYTES];
};

struct ed25519_key *ed25519_key_new(const uint8_t seed[ED25519_SEED_BYTES])
{
    struct ed25519_key *k = calloc(1, sizeof *k);
    if (k == NULL) return NULL;
    size_t len = sizeof k->public_key;
    k->evp = EVP_MD_CTX_new();
    k->pair = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, ED25519_SEED_BYTES);
    if (k->evp != NULL && k->pair != NULL &&
        EVP_PKEY_get_raw_public_key(k->pair, k->public_key, &len) == 1) {
        return k;
    }
    ERR_clear_error();
    ed25519_key_free(k);
    return NULL;
}

void ed25519_key_free(struct ed25519_key *k)
{
    if (k == NULL) return;
    EVP_MD_CTX_free(k->evp);
    EVP_PKEY_free(k->pair); /* libcrypto wipes the secret half */
    free(k);
}

void ed25519_public(const struct ed25519_key *k, uint8_t ret_public[ED25519_PUBLIC_BYTES])
{
    bytes_copy(ret_public, ED25519_PUBLIC_BYTES, (slice){ k->public_key, sizeof k->public_key });
}

status ed25519_sign(struct ed25519_key *k, slice message,
                    uint8_t ret_signature[ED25519_SIGNATURE_BYTES])
{
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    size_t len = sizeof signature;
    if (EVP_DigestSignInit_ex(k->evp, NULL, NULL, NULL, NULL, k->pair, NULL) != 1 ||
        EVP_DigestSign(k->evp, signature, &len, message.at, message.len) != 1 ||
        len != sizeof signature) {
        ERR_clear_error();
        return FAIL(E_NOMEM);
    }
    bytes_copy(ret_signature, ED25519_SIGNATURE_BYTES, (slice){ signature, sizeof signature });
    return OK;
}

bool ed25519_verify(const uint8_t public_key[ED25519_PUBLIC_BYTES], slice message,
                    const uint8_t signature[ED25519_SIGNATURE_BYTES])
{
    if (!ed25519_point_is_sound(public_key)) return false;
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public_key, ED25519_PUBLIC_BYTES);
    EVP_MD_CTX *evp = EVP_MD_CTX_new();
    const bool good =
        key != NULL && evp != NULL &&
        EVP_DigestVerifyInit_ex(evp, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
        EVP_DigestVerify(evp, signature, ED25519_SIGNATURE_BYTES, message.at, message.len) == 1;
    EVP_MD_CTX_free(evp);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}
