/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/node/view.h"

#include "base/banned.h"

/* The head first: beside a running node the archive is then the newer of the two. */
status view_open(const char *dir, struct view *ret_view, struct fault *f)
{
    struct node early = {};
    TRY(node_open_store(dir, &early, f));
    status s = log_head_load(&early.store, &ret_view->head, f);
    node_close(&early);
    TRY(s);
    TRY(node_open_reading(dir, &ret_view->node, f));
    s = log_head_check(&ret_view->head, ret_view->node.archive, f);
    if (s.code != E_OK) view_close(ret_view);
    return s;
}

void view_close(struct view *v)
{
    node_close(&v->node);
}
