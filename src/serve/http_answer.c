/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/http.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/bytes.h"
#include "base/json_writer.h"
#include "os/file.h"
#include "serve/http_state.h"
#include "base/banned.h"

static const char json_type[] = "application/json";

void http_set_response(struct http_request *r, unsigned code, struct MHD_Response *response)
{
    assert(!r->answered);
    r->answered = true;
    r->code = code;
    r->response = response;
    if (r->connection->phase == HTTP_WAITING) r->http->load.waiting--;
    if (response != NULL && (r->closes || r->http->stopping)) {
        if (MHD_add_response_header(response, "Connection", "close") != MHD_YES) r->closes = true;
    }
    if (!r->suspended) return; /* still inside `admit` or `handle` */
    http_unwatch_gone(r);
    r->suspended = false;
    MHD_resume_connection(r->mhd);
    http_wake(r->http);
}

enum MHD_Result http_queue(struct http_request *r)
{
    if (r->response == NULL) return MHD_NO;
    http_enter(r->connection, r->stream == NULL ? HTTP_SENDING : HTTP_STREAMING);
    return MHD_queue_response(r->mhd, r->code, r->response);
}

static struct MHD_Response *response_of_file(const struct http_answer *a)
{
    struct MHD_Response *response = MHD_create_response_from_fd64(a->body.len, a->fd);
    struct file file = { .fd = a->fd };
    if (response == NULL) file_close(&file);
    return response;
}

static struct MHD_Response *response_of(const struct http_answer *a)
{
    static const enum MHD_ResponseMemoryMode modes[] = {
        [HTTP_COPIED] = MHD_RESPMEM_MUST_COPY,
        [HTTP_OWNED] = MHD_RESPMEM_MUST_FREE,
        [HTTP_STATIC] = MHD_RESPMEM_PERSISTENT,
    };
    static const char nothing[] = "";
    if (a->body_is == HTTP_FILE) return response_of_file(a);
    const bool is_empty = a->body.len == 0;
    void *bytes = (void *)(uintptr_t)(is_empty ? nothing : (const char *)a->body.at);
    const enum MHD_ResponseMemoryMode mode = is_empty ? MHD_RESPMEM_PERSISTENT : modes[a->body_is];
    if (is_empty && a->body_is == HTTP_OWNED) free((void *)(uintptr_t)a->body.at);
    struct MHD_Response *response = MHD_create_response_from_buffer(a->body.len, bytes, mode);
    if (response == NULL && mode == MHD_RESPMEM_MUST_FREE) free(bytes);
    return response;
}

static bool add_headers(struct MHD_Response *response, const struct http_answer *a)
{
    if (a->type != NULL && MHD_add_response_header(response, "Content-Type", a->type) != MHD_YES) {
        return false;
    }
    for (size_t i = 0; i < a->header_count; i++) {
        if (a->headers[i].value[0] == '\0') continue; /* the library takes no empty value */
        if (MHD_add_response_header(response, a->headers[i].name, a->headers[i].value) != MHD_YES) {
            return false;
        }
    }
    return true;
}

void http_answer(struct http_request *r, const struct http_answer *a)
{
    struct MHD_Response *response = response_of(a);
    if (response == NULL || add_headers(response, a)) {
        http_set_response(r, a->code, response);
        return;
    }
    MHD_destroy_response(response);
    static const char text[] = "{\"error\":\"the answer could not be made\"}";
    const struct http_answer failed = { .code = MHD_HTTP_INTERNAL_SERVER_ERROR,
                                        .type = json_type,
                                        .body = { (const uint8_t *)text, sizeof text - 1 },
                                        .body_is = HTTP_STATIC };
    response = response_of(&failed);
    if (response != NULL && !add_headers(response, &failed)) r->closes = true;
    http_set_response(r, failed.code, response);
}

/* r->error becomes {"error":"…"}; returns its length. */
static size_t error_json(struct http_request *r, const char *text)
{
    struct writer w = writer_of(r->error, sizeof r->error - 1);
    struct json_writer j = json_writer_of(&w);
    json_object(&j);
    json_member_text(&j, "error", text);
    json_object_end(&j);
    if (writer_end(&w).code != E_OK) { /* control characters only make it longer than its room */
        w = writer_of(r->error, sizeof r->error - 1);
        writer_text(&w, "{\"error\":\"refused\"}");
    }
    r->error[w.len] = '\0';
    return w.len;
}

__attribute__((format(printf, 3, 0))) static void
answer_error(struct http_request *r, unsigned code, const char *format, va_list values)
{
    static const struct http_header retry[] = { { "Retry-After", "1" } };
    static const struct http_header codings[] = { { "Accept-Encoding", "gzip, deflate, zstd" } };
    char text[HTTP_ERROR_CAP / 3];
    const int len = vsnprintf(text, sizeof text, format, values);
    if (len < 0) text[0] = '\0';
    struct http_answer a = { .code = code, .type = json_type };
    a.body = (slice){ (const uint8_t *)r->error, error_json(r, text) };
    if (code == MHD_HTTP_SERVICE_UNAVAILABLE) a.headers = retry;
    if (code == MHD_HTTP_UNSUPPORTED_MEDIA_TYPE) a.headers = codings;
    a.header_count = a.headers != NULL;
    http_answer(r, &a);
}

void http_error(struct http_request *r, unsigned code, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    answer_error(r, code, format, values);
    va_end(values);
}

void http_refuse(struct http_request *r, unsigned code, const char *format, ...)
{
    va_list values;
    r->http->load.refused++;
    va_start(values, format);
    answer_error(r, code, format, values);
    va_end(values);
}
