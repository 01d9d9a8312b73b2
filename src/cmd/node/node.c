/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/node.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/bytes.h"
#include "cmd/backup/accept.h"
#include "cmd/backup/gap.h"
#include "cmd/gather/restored.h"
#include "cmd/incident/incident_book.h"
#include "ledger/layout.h"
#include "ledger/store_file.h"
#include "ledger/store_fs.h"
#include "ledger/head.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "os/dir.h"
#include "base/banned.h"

enum { NO_LOCK = -1 };

status node_open_store(const char *dir, struct node *ret_node, struct fault *f)
{
    *ret_node = (struct node){ .lock_fd = NO_LOCK };
    TRY(store_fs_open(dir, &ret_node->store, f));
    const status s = node_config_load(&ret_node->store, &ret_node->config, f);
    if (s.code != E_OK) node_close(ret_node);
    return s;
}

status node_open_reading(const char *dir, struct node *ret_node, struct fault *f)
{
    TRY(node_open_store(dir, ret_node, f));
    const status s = archive_open(&ret_node->store, ret_node->config.origin, &ret_node->archive, f);
    if (s.code != E_OK) node_close(ret_node);
    return s;
}

static status lock_take(const char *dir, struct node *n, struct fault *f)
{
    struct file folder = {};
    struct file lock = {};
    TRY(dir_open(NULL, dir, &folder, f));
    const status s = dir_lock(&folder, "lock", &lock, f);
    file_close(&folder);
    if (s.code == E_OK) n->lock_fd = lock.fd;
    return s;
}

/* A signer that is gone takes with it what it signed last: a new one could sign a second history.
 */
static status signer_is_there(const struct store *store, struct fault *f)
{
    bool is_there = false;
    TRY(store_file_exists(store, LAYOUT_SIGNER_KEY, &is_there, f));
    if (is_there) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "there is no signer: what it signed last is lost, so nothing may be signed "
                     "under this name any more; see: candor help recover");
}

void node_write_key(const struct node *n, struct writer *w)
{
    const struct signer_hello *hello = signer_remote_hello(n->signer);
    note_write_key(w, slice_text(n->config.origin), NOTE_KEY_ED25519,
                   (slice){ hello->public_key, SIGNER_PUBLIC_BYTES });
}

/* A checkpoint under its key that is ahead of the signer's own state: that is an older copy, and
 * what it has signed since is not known. */
static status signer_is_newest(const struct node *n, struct fault *f)
{
    const struct signer_hello *hello = signer_remote_hello(n->signer);
    uint8_t text[1024];
    struct writer key = writer_of(text, sizeof text);
    struct fault unread = {};
    struct log_head *head = malloc(sizeof *head);
    if (head == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    node_write_key(n, &key);
    status s = log_head_load(&n->store, head, &unread);
    if (s.code == E_OK) s = log_head_verify(head, writer_slice(&key), &unread);
    const uint64_t size = s.code == E_OK ? head->checkpoint.size : 0;
    free(head);
    if (size <= hello->head.size) return OK; /* one that cannot be read is signed again */
    return fault_set(f, FAIL(E_REFUSED),
                     "signer/state: an older copy: it signed %llu entries, but log/checkpoint is "
                     "signed for %llu; see: candor help recover",
                     (unsigned long long)hello->head.size, (unsigned long long)size);
}

static status log_open(const char *dir, struct node *n, struct fault *f)
{
    TRY(lock_take(dir, n, f));
    TRY(signer_is_there(&n->store, f));
    TRY(signer_remote_start(dir, &n->signer, f));
    const struct signer_hello *hello = signer_remote_hello(n->signer);
    if (strcmp(hello->origin, n->config.origin) != 0) {
        return fault_set(f, FAIL(E_CORRUPT),
                         "candor.yaml: origin is %s, but the signer's key is for %s",
                         n->config.origin, hello->origin);
    }
    TRY(signer_is_newest(n, f));
    TRY(accept_check(&n->store, f));
    TRY(restored_ask(dir, n, f));
    struct ledger_options options = ledger_options_default(n->config.origin);
    options.signed_head = hello->head;
    TRY(ledger_open(&n->store, &options, &n->ledger, f));
    n->archive = ledger_archive(n->ledger);
    const struct commit_signer signer = signer_remote_interface(n->signer);
    TRY(committer_new(n->ledger, &n->store, n->config.origin, &signer, &hello->head, &n->committer,
                      f));
    return gap_settle(n, f);
}

status node_open_writing(const char *dir, struct node *ret_node, struct fault *f)
{
    TRY(node_open_store(dir, ret_node, f));
    const status s = log_open(dir, ret_node, f);
    if (s.code != E_OK) node_close(ret_node);
    return s;
}

/* The log for reading, once it is clear that it only lacks what was signed and does not differ. */
static status read_only_open(struct node *n, struct fault *f)
{
    struct log_head *head = malloc(sizeof *head);
    if (head == NULL) return fault_set(f, FAIL(E_NOMEM), "log: out of memory");
    status s = archive_open(&n->store, n->config.origin, &n->archive, f);
    if (s.code == E_OK) s = log_head_load(&n->store, head, f);
    if (s.code == E_OK) s = log_head_check(head, n->archive, f);
    free(head);
    if (s.code != E_OK || n->signer == NULL) return s;
    struct tree *tree = archive_tree(n->archive);
    const struct merkle_source source = { tree, tree_node };
    const struct signer_head *signed_head = &signer_remote_hello(n->signer)->head;
    hash root = {};
    if (signed_head->size > tree_size(tree)) return OK;
    TRY(merkle_root(&source, (struct merkle_range){ 0, signed_head->size }, &root));
    if (bytes_equal(root.bytes, signed_head->root.bytes, sizeof root.bytes)) return OK;
    return fault_set(f, FAIL(E_REFUSED),
                     "the log's first %llu entries are not those that were signed",
                     (unsigned long long)signed_head->size);
}

status node_open_serving(const char *dir, struct node *ret_node, struct fault *f)
{
    struct fault why = {};
    TRY(node_open_store(dir, ret_node, f));
    status s = log_open(dir, ret_node, &why);
    if (s.code == E_REFUSED && ret_node->ledger == NULL) {
        s = read_only_open(ret_node, f);
        signer_remote_stop(ret_node->signer);
        ret_node->signer = NULL;
        ret_node->read_only = why;
    } else if (s.code != E_OK) {
        *f = why;
    }
    if (s.code != E_OK) node_close(ret_node);
    return s;
}

bool node_is_read_only(const struct node *n)
{
    return n->read_only.text[0] != '\0';
}

uint64_t node_sequenced(const struct node *n)
{
    return node_is_read_only(n) ? archive_size(n->archive) : committer_sequenced(n->committer);
}

/* Entries of the segments that the archive takes for full. */
static uint64_t closed_entries(const struct node *n)
{
    return archive_segment(n->archive) * SEGMENT_ENTRIES;
}

bool node_is_settled(const struct node *n)
{
    return node_sequenced(n) >= closed_entries(n);
}

status node_settle(struct node *n, struct fault *f)
{
    if (node_is_settled(n)) return OK;
    return committer_wait(n->committer, closed_entries(n), false, f);
}

void node_close(struct node *n)
{
    committer_free(n->committer);
    if (n->ledger == NULL) archive_free(n->archive);
    ledger_close(n->ledger);
    signer_remote_stop(n->signer);
    incident_book_free(n->incidents);
    if (n->store.ops != NULL) store_fs_close(&n->store);
    if (n->lock_fd != NO_LOCK) close(n->lock_fd);
    *n = (struct node){ .lock_fd = NO_LOCK };
}
