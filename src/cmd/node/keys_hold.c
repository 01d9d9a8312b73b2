/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/keys_hold.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/node/control.h"
#include "cmd/node/duty.h"
#include "os/dir.h"
#include "os/socket.h"
#include "os/user.h"
#include "base/banned.h"

struct keys_hold {
    struct node node; /* open for writing, unless another process runs it */
    bool is_open;
    int fd; /* the control socket then */
};

static struct duty duty_to(const char *what)
{
    struct duty d = duty_of(DUTY_KEYS_COPY);
    d.slots[DUTY_ID] = slice_text(what);
    return d;
}

static status ask(struct keys_hold *h, const char *what, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    const struct duty d = duty_to(what);
    return duty_exchange(h->fd, &d, &w, f);
}

static status connect_to(struct keys_hold *h, const char *dir, const struct fault *busy,
                         struct fault *f)
{
    struct file folder = {};
    TRY(dir_open(NULL, dir, &folder, f));
    const status s = socket_connect(&folder, CONTROL_SOCKET, &h->fd, f);
    file_close(&folder);
    if (s.code == E_OK) return OK;
    *f = *busy; /* the holder of the lock is no node */
    return FAIL(E_BUSY);
}

static status begin(struct keys_hold *h, const char *dir, const char *what, struct fault *f)
{
    uint8_t answer[DUTY_ANSWER_BYTES_MAX];
    struct writer w = writer_of(answer, sizeof answer);
    const struct duty d = duty_to(what);
    uint64_t size = 0;
    struct fault busy = {};
    const status opened = node_open_writing(dir, &h->node, &busy);
    if (opened.code == E_BUSY) {
        TRY(connect_to(h, dir, &busy, f));
        return ask(h, what, f);
    }
    if (opened.code != E_OK) {
        *f = busy;
        return opened;
    }
    h->is_open = true;
    TRY(duty_perform(&h->node, &d, user_own(), &w, &size, f));
    return committer_wait(h->node.committer, size, true, f);
}

status keys_hold_begin(const char *dir, const char *what, struct keys_hold **ret_hold,
                       struct fault *f)
{
    struct keys_hold *h = calloc(1, sizeof *h);
    if (h == NULL) return fault_set(f, FAIL(E_NOMEM), "out of memory");
    h->fd = -1;
    const status s = begin(h, dir, what, f);
    if (s.code != E_OK) {
        keys_hold_end(h);
        return s;
    }
    *ret_hold = h;
    return OK;
}

status keys_hold_check(struct keys_hold *h, struct fault *f)
{
    if (h->is_open) return OK;
    const status s = ask(h, "the copy is whole", f);
    if (s.code != E_CLOSED) return s;
    return fault_set(f, FAIL(E_BUSY), "the node did not wait for the copy to end: try again");
}

void keys_hold_end(struct keys_hold *h)
{
    if (h == NULL) return;
    if (h->is_open) node_close(&h->node);
    if (h->fd >= 0) close(h->fd);
    free(h);
}
