/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor witness: the HTTP side of ledger/witness. One process, one thread: a request is answered
 * before the next one is looked at, so that check and state are one step.
 */
#include "cmd/witness/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include "base/bytes.h"
#include "cmd/node/confine.h"
#include "ledger/store_fs.h"
#include "ledger/witness/add_checkpoint.h"
#include "ledger/witness/witness.h"
#include "os/dir.h"
#include "os/file.h"
#include "os/loop.h"
#include "os/sandbox.h"
#include "serve/http.h"
#include "base/banned.h"

#define LISTEN_DEFAULT "127.0.0.1:8430"

enum { KEY_BYTES_MAX = 1024, HASH_DIGITS = 64, PEM_BYTES_MAX = 1024 * 1024 };

struct server {
    struct store store;
    struct file lock;
    struct witness *witness;
    struct loop *loop;
    struct http *http;
    status failed; /* what ended it; OK while it runs */
    struct fault *fault;
};

static void answer_text(struct http_request *r, unsigned code, const char *type, slice text)
{
    const struct http_header headers[] = { { "Cache-Control", "no-cache" } };
    const struct http_answer answer = { .code = code,
                                        .type = type,
                                        .body = text,
                                        .body_is = HTTP_COPIED,
                                        .headers = headers,
                                        .header_count = COUNT_OF(headers) };
    http_answer(r, &answer);
}

static void add(struct server *s, struct http_request *r)
{
    struct witness_answer answer = {};
    struct fault why = {};
    const status done = witness_add(s->witness, http_body(r), &answer, &why);
    if (done.code != E_OK) {
        http_error(r, 503, "nothing was cosigned: %s", why.text);
        if (done.code == E_FULL || done.code == E_VALUE) return;
        s->failed = done; /* what is durable is unknown */
        *s->fault = why;
        loop_stop(s->loop);
        return;
    }
    const slice text = { (const uint8_t *)answer.text, answer.len };
    if (answer.type == NULL) {
        http_error(r, answer.code, "%.*s", (int)text.len, answer.text);
    } else {
        answer_text(r, answer.code, answer.type, text);
    }
}

/* GET /HASH/checkpoint: what this witness saw last of a log. */
static void latest(struct server *s, struct http_request *r)
{
    const slice path = http_path(r);
    const slice end = slice_text("/checkpoint");
    slice note = {};
    const bool fits = path.len == 1 + HASH_DIGITS + end.len &&
                      slice_equal(slice_from(path, 1 + HASH_DIGITS), end);
    const slice digits = { path.at + 1, fits ? HASH_DIGITS : 0 };
    if (!fits || witness_latest(s->witness, digits, &note).code != E_OK) {
        http_error(r, 404, "no checkpoint of such a log was cosigned");
        return;
    }
    answer_text(r, 200, "text/plain; charset=utf-8", note);
}

static void handle(void *self, struct http_request *r)
{
    struct server *s = self;
    const bool reads = http_is(r, "GET") || http_is(r, "HEAD");
    if (slice_is(http_path(r), "/add-checkpoint")) {
        if (http_is(r, "POST")) {
            add(s, r);
        } else {
            http_error(r, 405, "this path takes POST");
        }
    } else if (reads) {
        latest(s, r);
    } else {
        http_error(r, 404, "no such path");
    }
}

static void on_stop(void *with, int)
{
    struct server *s = with;
    loop_stop(s->loop);
}

/* Where it listens, and with which certificate; NULL: plain HTTP. */
struct listening {
    const char *address;
    const char *certificate;
    const char *key;
};

static status listen_with(struct server *s, const struct listening *l, struct fault *f)
{
    uint8_t *pem[2] = {};
    size_t len[2] = {};
    const char *const paths[2] = { l->certificate, l->key };
    const struct http_limits limits = { .body_bytes = ADD_CHECKPOINT_BYTES_MAX };
    const struct http_calls calls = { .handle = handle, .self = s };
    struct http_tls tls = { slice_none(), slice_none(), slice_none() };
    status done = OK;
    for (size_t i = 0; i < 2 && paths[i] != NULL && done.code == E_OK; i++)
        done = file_load(NULL, paths[i], PEM_BYTES_MAX, &pem[i], &len[i], f);
    if (done.code == E_OK && pem[0] != NULL) tls.certificate = (slice){ pem[0], len[0] };
    if (done.code == E_OK && pem[1] != NULL) tls.key = (slice){ pem[1], len[1] };
    if (done.code == E_OK)
        done = http_listen(s->loop, l->address, &tls, &limits, &calls, &s->http, f);
    if (pem[1] != NULL) bytes_wipe(pem[1], len[1]);
    free(pem[0]);
    free(pem[1]);
    return done;
}

/* What a witness calls beside what every process needs (os/seccomp.c): its sockets and event loop,
 * and the files of its own folder. The listener is bound already. */
static const struct sandbox_call sandbox_calls[] = {
    { .number = SYS_epoll_pwait2 }, { .number = SYS_epoll_wait }, { .number = SYS_epoll_pwait },
    { .number = SYS_epoll_ctl },    { .number = SYS_accept4 },    { .number = SYS_accept },
    { .number = SYS_recvfrom },     { .number = SYS_recvmsg },    { .number = SYS_sendto },
    { .number = SYS_sendmsg },      { .number = SYS_writev },     { .number = SYS_readv },
    { .number = SYS_poll },         { .number = SYS_shutdown },   { .number = SYS_getpeername },
    { .number = SYS_getsockname },  { .number = SYS_getsockopt }, { .number = SYS_setsockopt },
    { .number = SYS_fcntl },        { .number = SYS_ioctl },      { .number = SYS_openat },
    { .number = SYS_pread64 },      { .number = SYS_pwrite64 },   { .number = SYS_fdatasync },
    { .number = SYS_fsync },        { .number = SYS_ftruncate },  { .number = SYS_renameat },
    { .number = SYS_unlinkat },
};

/* From here on nothing can be reached but the open sockets and the witness's own folder. */
static status confine(const char *dir, struct fault *f)
{
    const struct sandbox_path paths[] = { { dir, SANDBOX_READ | SANDBOX_WRITE } };
    const struct sandbox sandbox = {
        .calls = sandbox_calls,
        .call_count = COUNT_OF(sandbox_calls),
        .paths = paths,
        .path_count = COUNT_OF(paths),
        .mode = ROLE_SANDBOX_MODE,
    };
    struct sandbox_level level = {};
    char text[128];
    confine_last_leak_check();
    TRY(sandbox_enter(&sandbox, &level, f));
    sandbox_level_text(&level, text, sizeof text);
    printf("confined: %s\n", text);
    return OK;
}

static status server_open(struct server *s, const char *dir, const struct listening *l,
                          struct fault *f)
{
    struct file folder = {};
    TRY(dir_open(NULL, dir, &folder, f));
    const status locked = dir_lock(&folder, "lock", &s->lock, f);
    file_close(&folder);
    TRY(locked);
    TRY(store_fs_open(dir, &s->store, f));
    TRY(witness_open(&s->store, &s->witness, f));
    TRY(loop_new(NULL, &s->loop, f));
    TRY(loop_on_stop_signal(s->loop, on_stop, s, f));
    return listen_with(s, l, f);
}

static void server_close(struct server *s)
{
    http_free(s->http);
    loop_free(s->loop);
    witness_free(s->witness);
    if (s->store.ops != NULL) store_fs_close(&s->store);
    if (s->lock.fd >= 0) file_close(&s->lock);
}

static void print_key(const struct witness *w)
{
    uint8_t text[KEY_BYTES_MAX];
    struct writer key = writer_of(text, sizeof text);
    witness_key(w, &key);
    printf("vkey: %.*s\n", (int)key.len, (const char *)text);
}

static status serve(const char *dir, const struct listening *l, struct fault *f)
{
    struct server s = { .lock = { .fd = -1 }, .fault = f };
    status done = server_open(&s, dir, l, f);
    if (done.code == E_OK) {
        print_key(s.witness);
        printf("witnessing %zu logs, http%s://%s\n", witness_logs(s.witness),
               l->certificate != NULL ? "s" : "", http_address(s.http));
        done = confine(dir, f);
        fflush(stdout);
    }
    if (done.code == E_OK) {
        done = loop_run(s.loop, f);
    }
    if (done.code == E_OK) done = s.failed;
    server_close(&s);
    return done;
}

static status create(const char *dir, const char *name, struct fault *f)
{
    struct store store = {};
    struct witness *w = NULL;
    TRY(dir_make(NULL, dir, f));
    TRY(store_fs_open(dir, &store, f));
    status s = witness_create(&store, name, f);
    if (s.code == E_OK) s = witness_open(&store, &w, f);
    if (s.code == E_OK) print_key(w);
    witness_free(w);
    store_fs_close(&store);
    return s;
}

static int run_witness(const struct invocation *inv)
{
    const char *dir = inv->arguments[0];
    const char *name = invocation_value(inv, "--create", NULL);
    const struct listening l = {
        .address = invocation_value(inv, "--listen", LISTEN_DEFAULT),
        .certificate = invocation_value(inv, "--certificate", NULL),
        .key = invocation_value(inv, "--key", NULL),
    };
    struct fault f = {};
    if ((l.certificate == NULL) != (l.key == NULL)) {
        return command_fail(2, "witness: --certificate and --key belong together");
    }
    const status s = name != NULL ? create(dir, name, &f) : serve(dir, &l, &f);
    if (s.code == E_OK) return 0;
    return command_fail(status_exit(s), "witness: %s: %s", dir, f.text);
}

static const struct option options[] = {
    { "--listen", "ADDRESS", "where it takes HTTP (default: 127.0.0.1:8430)", false },
    { "--certificate", "FILE", "PEM: the certificate chain, which makes HTTP into HTTPS", false },
    { "--key", "FILE", "PEM: the private key of the certificate", false },
    { "--create", "NAME", "make a new witness of that name in DIR, print its key, and end", false },
    {},
};

static const struct option anchor_options[] = {
    { "--vkey", "KEY", "the key of the other log", false },
    {},
};

const struct command witness_commands[] = {
    {
        .name = "log anchor",
        .arguments = "DIR FILE",
        .summary = "Record a checkpoint of another log as an entry of this one",
        .details =
            "FILE is a signed checkpoint of the other log, or, from the second time on, a proof "
            "that\n"
            "it extends the last one recorded here (candor log consistency). Whoever verifies "
            "this\n"
            "log then knows that the other one had these entries at that time. A checkpoint that\n"
            "contradicts the last one is recorded together with it, as evidence, and the exit "
            "status\n"
            "is 1.\n\n"
            "  candor log consistency ./other 1000 > proof\n"
            "  candor log anchor ./node proof --vkey KEY",
        .options = anchor_options,
        .arguments_min = 2,
        .arguments_max = 2,
        .run = run_log_anchor,
    },
    {
        .name = "witness policy",
        .arguments = "FILE",
        .summary = "Say what a policy of witnesses stands, and what is weak about it",
        .details =
            "FILE is a policy (c2sp.org/tlog-policy) that readers verify with and a node asks its\n"
            "witnesses by. Told are how many witnesses must cheat for two histories to be\n"
            "cosigned, how many may be down, and quorums that allow a split view or that a third\n"
            "of the witnesses can break. Witnesses of one operator count as one. The exit status\n"
            "is 1 where there is a warning.\n\n"
            "  candor witness policy ./node/witnesses.policy",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_witness_policy,
    },
    {
        .name = "witness",
        .arguments = "DIR",
        .summary = "Run as a witness for other logs",
        .details =
            "Cosigns a checkpoint of a log that DIR/logs names, if it extends the last one of "
            "that\n"
            "log that was cosigned here (c2sp.org/tlog-witness): POST /add-checkpoint. What was\n"
            "cosigned is durable before the answer leaves; a log that shows two histories is\n"
            "refused, and its request kept in DIR/evidence. GET /HASH/checkpoint is the last note\n"
            "that was cosigned, for HASH the SHA-256 of the log's origin.\n\n"
            "  candor witness ./w --create witness.example.com/w1\n"
            "  echo KEY >> ./w/logs        # as candor init of the log printed it\n"
            "  candor witness ./w --listen 127.0.0.1:8430",
        .options = options,
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_witness,
    },
    {},
};
