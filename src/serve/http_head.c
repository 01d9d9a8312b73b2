/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http_head.h"

#include <strings.h>
#include "base/bytes.h"
#include "base/num.h"
#include "serve/http_state.h"
#include "base/banned.h"

/* Headers that decide about something and must not be there twice (RFC 9110 section 5.3). */
enum single { HOST, LENGTH, TRANSFER, ENCODING, EXPECT, AUTHORIZATION, TYPE, SEQUENCE, SINGLES };

static const char *const single_names[SINGLES] = {
    [HOST] = "Host",
    [LENGTH] = "Content-Length",
    [TRANSFER] = "Transfer-Encoding",
    [ENCODING] = "Content-Encoding",
    [EXPECT] = "Expect",
    [AUTHORIZATION] = "Authorization",
    [TYPE] = "Content-Type",
    [SEQUENCE] = "Candor-Sequence",
};

struct head {
    const char *values[SINGLES]; /* NULL: not there */
    size_t count;
    bool is_broken, is_double;
};

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *text, size_t len)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        const bool is_alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_alphanumeric && (c == '\0' || strchr(marks, c) == NULL)) return false;
    }
    return len != 0;
}

/* RFC 9110 section 5.5: no control characters but the tab. */
static bool is_field_value(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = (uint8_t)text[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

static enum MHD_Result look(void *self, enum MHD_ValueKind, const char *name, size_t name_len,
                            const char *value, size_t value_len)
{
    struct head *h = self;
    h->count++;
    if (value == NULL) value = "";
    if (!is_token(name, name_len) || !is_field_value(value, value_len)) h->is_broken = true;
    for (size_t i = 0; i < SINGLES; i++) {
        if (strcasecmp(name, single_names[i]) != 0) continue;
        if (h->values[i] != NULL) h->is_double = true;
        h->values[i] = value;
    }
    return MHD_YES;
}

#define REFUSED(r, code, ...)                                                                      \
    do {                                                                                           \
        http_refuse(r, code, __VA_ARGS__);                                                         \
        return false;                                                                              \
    } while (0)

/* Refuses, and ends the connection: where the next request begins is not sure. */
#define BROKEN(r, code, ...)                                                                       \
    do {                                                                                           \
        (r)->closes = true;                                                                        \
        REFUSED(r, code, __VA_ARGS__);                                                             \
    } while (0)

static bool check_lines(struct http_request *r, struct head *h)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info->header_size > HTTP_HEADER_BYTES_MAX) {
        BROKEN(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are larger than %d bytes",
               HTTP_HEADER_BYTES_MAX);
    }
    MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, look, h);
    if (h->count > HTTP_HEADERS_MAX) {
        BROKEN(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "more than %d header lines",
               HTTP_HEADERS_MAX);
    }
    if (h->is_broken) BROKEN(r, MHD_HTTP_BAD_REQUEST, "a header line is malformed");
    if (h->is_double) BROKEN(r, MHD_HTTP_BAD_REQUEST, "a header is there twice that may not be");
    return true;
}

static bool check_first_line(struct http_request *r, const char *version, const struct head *h)
{
    static const char *const methods[] = { "GET",   "HEAD",   "POST",   "PUT",
                                           "PATCH", "DELETE", "OPTIONS" };
    bool is_known = false;
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        is_known |= strcmp(r->method, methods[i]) == 0;
    const bool is_11 = strcmp(version, "HTTP/1.1") == 0;
    if (!is_11 && strcmp(version, "HTTP/1.0") != 0) {
        BROKEN(r, MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED,
               "only HTTP/1.0 and HTTP/1.1 are spoken here");
    }
    if (!is_known) BROKEN(r, MHD_HTTP_NOT_IMPLEMENTED, "this method is not known");
    /*= RFC 9112 3.2: A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1
     *= request message that lacks a Host header field */
    if (is_11 && h->values[HOST] == NULL)
        BROKEN(r, MHD_HTTP_BAD_REQUEST, "the Host header is missing");
    if (uri_parse(http_target(r), r->target + r->target_len, &r->uri).code != E_OK) {
        BROKEN(r, MHD_HTTP_BAD_REQUEST, "the address is malformed");
    }
    return true;
}

static bool check_length(struct http_request *r, const char *version, const struct head *h)
{
    const char *transfer = h->values[TRANSFER], *length = h->values[LENGTH];
    /*= RFC 9112 6.1: A server MAY reject a request that contains both Content-Length and
     *= Transfer-Encoding */
    if (transfer != NULL && (length != NULL || strcmp(version, "HTTP/1.1") != 0)) {
        BROKEN(r, MHD_HTTP_BAD_REQUEST, "Transfer-Encoding may not be used here");
    }
    if (transfer != NULL && strcasecmp(transfer, "chunked") != 0) {
        BROKEN(r, MHD_HTTP_NOT_IMPLEMENTED, "the only Transfer-Encoding known is chunked");
    }
    r->is_chunked = transfer != NULL;
    r->has_length = length != NULL;
    if (length != NULL && num_parse_u64(slice_text(length), &r->length).code != E_OK) {
        BROKEN(r, MHD_HTTP_BAD_REQUEST, "Content-Length is not a number");
    }
    if (r->length > r->http->limits.body_bytes) {
        REFUSED(r, MHD_HTTP_CONTENT_TOO_LARGE, "the body is larger than %u bytes",
                r->http->limits.body_bytes);
    }
    if (r->length > r->http->limits.bodies_bytes - r->http->load.body_bytes) {
        REFUSED(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many requests are held at this moment");
    }
    return true;
}

static bool check_expect(struct http_request *r, const struct head *h)
{
    r->expects_continue = h->values[EXPECT] != NULL;
    if (!r->expects_continue || strcasecmp(h->values[EXPECT], "100-continue") == 0) return true;
    REFUSED(r, MHD_HTTP_EXPECTATION_FAILED, "the only Expect known is 100-continue");
}

static bool check_encoding(struct http_request *r, const struct head *h)
{
    static const struct {
        const char *name;
        enum unpack_format format;
    } codings[] = { { "gzip", UNPACK_GZIP },
                    { "x-gzip", UNPACK_GZIP },
                    { "deflate", UNPACK_ZLIB },
                    { "zstd", UNPACK_ZSTD_HTTP } };
    const char *encoding = h->values[ENCODING];
    if (encoding == NULL || encoding[0] == '\0' || strcasecmp(encoding, "identity") == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(codings); i++) {
        if (strcasecmp(encoding, codings[i].name) != 0) continue;
        r->unpack = unpack_new(codings[i].format, r->http->limits.body_bytes);
        if (r->unpack != NULL) return true;
        REFUSED(r, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory");
    }
    REFUSED(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
            "the only Content-Encodings known are gzip, deflate "
            "and zstd");
}

bool http_head_check(struct http_request *r, const char *version)
{
    struct head h = {};
    return check_lines(r, &h) && check_first_line(r, version, &h) && check_length(r, version, &h) &&
           check_expect(r, &h) && check_encoding(r, &h);
}
