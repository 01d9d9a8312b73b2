/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS from a client that says anything: no input makes plain text before a handshake, what waits to
 * be sent stays within its bound, and after a failure nothing more is asked for. Each run is a new
 * connection; the key is the test's own.
 */
#include <assert.h>
#include "base/bytes.h"
#include "lib/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdjCCARugAwIBAgIUBbsYX7hhVoEdQBHIhYNsje74cH8wCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjUwNDQyMDdaGA8yMTI2MTEwMTA0NDIw\n"
    "N1owDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABL4G\n"
    "5c3hbTPUF2CSiJZxD/jlYkOPiQygyFskaTVtJDXlbUX1LBBOHP1Wh20CWegJv7w6\n"
    "u1Hc2tBBXs3f5lwtkp+jUzBRMB0GA1UdDgQWBBTZ+topgj9utSLQqGVRGvhepOo7\n"
    "HzAfBgNVHSMEGDAWgBTZ+topgj9utSLQqGVRGvhepOo7HzAPBgNVHRMBAf8EBTAD\n"
    "AQH/MAoGCCqGSM49BAMCA0kAMEYCIQDpqoFfWqLtuu6Dd8kSSAPAqVLsWUDBjDMQ\n"
    "zId54UVqRgIhAKLqrJ+HGo0rwXZ+/1l0jr2yjb5IgvP63O3xQX/JqmKQ\n"
    "-----END CERTIFICATE-----\n";

static const char key[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSsRnX+OLWb33gfYp\n"
                          "yeXCUyledujludHXavpthgKNnLKhRANCAAS+BuXN4W0z1BdgkoiWcQ/45WJDj4kM\n"
                          "oMhbJGk1bSQ15W1F9SwQThz9VodtAlnoCb+8OrtR3NrQQV7N3+ZcLZKf\n"
                          "-----END PRIVATE KEY-----\n";

static struct tls_server *server_of_all_runs(void)
{
    static struct tls_server *server;
    struct fault f = {};
    if (server != NULL) return server;
    const struct tls_files files = { .certificate = slice_text(certificate),
                                     .key = slice_text(key),
                                     .client_ca = slice_text(certificate) };
    const status s = tls_server_new(&files, &server, &f);
    assert(s.code == E_OK);
    return server;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t text[1000];
    struct fault f = {};
    if (len == 0) return 0;
    struct tls *t = tls_new(server_of_all_runs(), data[0] % 2 == 0);
    assert(t != NULL);
    slice input = { data + 1, len - 1 };
    status s = OK;
    while (input.len != 0 && s.code == E_OK) {
        struct writer plain = writer_of(text, sizeof text);
        const size_t before = input.len;
        s = tls_input(t, &input, &plain, &f);
        assert(plain.len == 0 || tls_is_ready(t));
        assert(s.code != E_OK || input.len < before);
        assert(tls_output(t).len <= TLS_OUTPUT_BYTES_MAX);
        if (data[0] % 4 >= 2) tls_sent(t, tls_output(t).len);
    }
    assert(s.code == E_OK || s.code == E_CLOSED || s.code == E_INVALID || s.code == E_LIMIT);
    tls_free(t);
    return 0;
}
