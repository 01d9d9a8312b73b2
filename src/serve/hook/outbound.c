/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/hook/outbound.h"

#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/bytes.h"
#include "serve/hook/hook.h"
#include "base/banned.h"

struct outbound {
    CURL *curl;
    bool private_addresses;
    bool was_refused; /* the address was not allowed */
    size_t answered;  /* bytes */
};

struct outbound *outbound_new(void)
{
    struct outbound *o = calloc(1, sizeof *o);
    if (o == NULL) return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) o->curl = curl_easy_init();
    if (o->curl != NULL) return o;
    free(o);
    return NULL;
}

void outbound_free(struct outbound *o)
{
    if (o == NULL) return;
    curl_easy_cleanup(o->curl);
    curl_global_cleanup();
    free(o);
}

static bool is_public(const struct curl_sockaddr *a)
{
    uint8_t bytes[16] = {};
    if (a->family == AF_INET6) {
        struct sockaddr_in6 six = {};
        bytes_copy(&six, sizeof six, (slice){ (const uint8_t *)&a->addr, sizeof six });
        bytes_copy(bytes, sizeof bytes, (slice){ six.sin6_addr.s6_addr, sizeof bytes });
    } else if (a->family == AF_INET) {
        struct sockaddr_in four = {};
        bytes_copy(&four, sizeof four, (slice){ (const uint8_t *)&a->addr, sizeof four });
        bytes[10] = bytes[11] = 0xff;
        bytes_copy(bytes + 12, 4, (slice){ (const uint8_t *)&four.sin_addr, 4 });
    } else {
        return false;
    }
    return hook_address_is_public(bytes);
}

static curl_socket_t open_socket(void *self, curlsocktype, struct curl_sockaddr *a)
{
    struct outbound *o = self;
    o->was_refused = !o->private_addresses && !is_public(a);
    if (o->was_refused) return CURL_SOCKET_BAD;
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t take_answer(char *, size_t size, size_t count, void *self)
{
    struct outbound *o = self;
    o->answered += size * count;
    return o->answered > OUTBOUND_ANSWER_BYTES_MAX ? 0 : size * count;
}

static bool set_up(struct outbound *o, const struct outbound_request *r, struct curl_slist *headers)
{
    CURL *c = o->curl;
    curl_easy_reset(c);
    return curl_easy_setopt(c, CURLOPT_URL, r->url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (r->ca == NULL || curl_easy_setopt(c, CURLOPT_CAINFO, r->ca) == CURLE_OK) &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)OUTBOUND_CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)OUTBOUND_TOTAL_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, o) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEDATA, o) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)r->body.len) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body.at) == CURLE_OK;
}

static status perform(struct outbound *o, long *ret_code, struct fault *f)
{
    const CURLcode done = curl_easy_perform(o->curl);
    if (o->was_refused) {
        return fault_set(f, FAIL(E_DENIED),
                         "its address is not public; see private_addresses in candor.yaml");
    }
    if (done == CURLE_PEER_FAILED_VERIFICATION) {
        return fault_set(f, FAIL(E_DENIED), "its certificate does not verify");
    }
    if (done != CURLE_OK) return fault_set(f, FAIL(E_IO), "%s", curl_easy_strerror(done));
    if (curl_easy_getinfo(o->curl, CURLINFO_RESPONSE_CODE, ret_code) == CURLE_OK) return OK;
    return fault_set(f, FAIL(E_IO), "no answer");
}

status outbound_post(struct outbound *o, const struct outbound_request *request, long *ret_code,
                     struct fault *f)
{
    struct curl_slist *headers = NULL;
    assert(request->header_count <= OUTBOUND_HEADERS_MAX);
    o->private_addresses = request->private_addresses;
    o->was_refused = false;
    o->answered = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        struct curl_slist *more = curl_slist_append(headers, request->headers[i]);
        if (more == NULL) {
            curl_slist_free_all(headers);
            return fault_set(f, FAIL(E_NOMEM), "out of memory");
        }
        headers = more;
    }
    const status s = set_up(o, request, headers)
                         ? perform(o, ret_code, f)
                         : fault_set(f, FAIL(E_VALUE), "it cannot be asked: %s", request->url);
    curl_slist_free_all(headers);
    return s;
}
