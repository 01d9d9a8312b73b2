/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the front listens on.
 */
#include <stdlib.h>
#include "base/bytes.h"
#include "os/file.h"
#include "serve/front_state.h"
#include "base/banned.h"

enum { PEM_BYTES_MAX = 1024 * 1024 };

static const char *const syslog_names[] = { "udp", "tcp", "tls" };

/* A PEM file as text; nothing where no path is given. */
static status load_pem(const char *path, slice *ret_text, struct fault *f)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (path[0] == '\0') return OK;
    TRY(file_load(NULL, path, PEM_BYTES_MAX, &bytes, &len, f));
    *ret_text = (slice){ bytes, len };
    return OK;
}

static void drop_pem(slice text)
{
    if (text.len == 0) return;
    uint8_t *bytes = (uint8_t *)(uintptr_t)text.at;
    bytes_wipe(bytes, text.len);
    free(bytes);
}

static status open_http(struct front *front, const struct tls_files *files)
{
    const char *address = front->options->config.http;
    const struct http_limits limits = {};
    const struct http_tls tls = { files->certificate, files->key, files->client_ca };
    struct http_calls calls = front_http_calls;
    if (address[0] == '\0') return OK;
    calls.self = front;
    return http_listen(front->loop, address, &tls, &limits, &calls, &front->http, front->fault);
}

static status open_syslog(struct front *front, const struct tls_files *files, enum syslog_kind kind,
                          const char *address)
{
    const struct front_config *c = &front->options->config;
    const struct syslog_calls calls = { input_syslog, front };
    const struct syslog_options options = { .address = address,
                                            .kind = kind,
                                            .tls = *files,
                                            .allowed = c->syslog_allowed,
                                            .allowed_count = c->syslog_allowed_count };
    if (address[0] == '\0') return OK;
    return syslog_listen(front->loop, &options, &calls, &front->syslog[kind], front->fault);
}

static status open_all(struct front *front, struct tls_files *files)
{
    const struct front_config *c = &front->options->config;
    TRY(load_pem(c->certificate, &files->certificate, front->fault));
    TRY(load_pem(c->key, &files->key, front->fault));
    TRY(load_pem(c->client_ca, &files->client_ca, front->fault));
    TRY(open_http(front, files));
    if (front->is_read_only) return OK; /* syslog cannot be told no */
    TRY(open_syslog(front, files, SYSLOG_UDP, c->syslog_udp));
    TRY(open_syslog(front, files, SYSLOG_TCP, c->syslog_tcp));
    return open_syslog(front, files, SYSLOG_TLS, c->syslog_tls);
}

status listeners_open(struct front *front)
{
    struct tls_files files = { slice_none(), slice_none(), slice_none() };
    const status s = open_all(front, &files);
    drop_pem(files.certificate);
    drop_pem(files.key);
    drop_pem(files.client_ca);
    return s;
}

void listeners_tell(const struct front *front, struct writer *w)
{
    const char *comma = "";
    if (front->http != NULL) {
        const bool tls = front->options->config.certificate[0] != '\0';
        writer_printf(w, "%s://%s", tls ? "https" : "http", http_address(front->http));
        comma = ", ";
    }
    for (size_t i = 0; i < COUNT_OF(front->syslog); i++) {
        if (front->syslog[i] == NULL) continue;
        writer_printf(w, "%ssyslog %s %s", comma, syslog_names[i],
                      syslog_address(front->syslog[i]));
        comma = ", ";
    }
}

void listeners_resume(struct front *front)
{
    if (!front->is_syslog_paused || outbox_bytes(front->outbox) > OUTBOX_BYTES_MAX / 2) return;
    front->is_syslog_paused = false;
    for (size_t i = 0; i < COUNT_OF(front->syslog); i++) {
        if (front->syslog[i] != NULL) syslog_resume(front->syslog[i]);
    }
}

void listeners_stop(struct front *front)
{
    if (front->http != NULL) http_stop_accepting(front->http);
    for (size_t i = 0; i < COUNT_OF(front->syslog); i++) {
        if (front->syslog[i] != NULL) syslog_stop_accepting(front->syslog[i]);
    }
}

void listeners_close(struct front *front)
{
    http_free(front->http);
    for (size_t i = 0; i < COUNT_OF(front->syslog); i++)
        syslog_free(front->syslog[i]);
}
