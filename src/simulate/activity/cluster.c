/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster: controllers watch and patch, engineers read logs of the namespaces they work in. A
 * shell in a pod with user data happens too, seldom, when operations chases a fault.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/cluster.h"
#include "base/banned.h"

enum { SHELL_ONE_IN = 600 };

static const char *const spaces[] = { "web", "feed", "search", "media" };

void activity_cluster(struct world *w, const struct step *s)
{
    static const char *const verbs[] = { "get", "list", "watch", "patch", "update" };
    static const char *const resources[] = { "pods", "endpoints", "leases", "nodes", "configmaps" };
    static const char *const users[] = { "system:serviceaccount:kube-system:deployment-controller",
                                         "system:serviceaccount:kube-system:endpoint-controller",
                                         "system:serviceaccount:web:web", "system:kube-scheduler" };
    const struct word ip = word_office_ip((uint32_t)s->a, MARKET_HOME);
    struct cluster_event e = { .ip = ip.text, .code = 200 };
    e.user = stream_pick(w->random, users); /* one by one: initialisers have no order */
    e.verb = stream_pick(w->random, verbs);
    e.resource = stream_pick(w->random, resources);
    e.name_space = stream_pick(w->random, spaces);
    cluster_say(w, &e);
}

void activity_cluster_look(struct world *w, const struct step *s)
{
    const struct person *p = world_person(w, s->actor);
    const struct word user = word_join(p->account, "@platform.example");
    const struct word ip = word_office_ip(s->actor, p->market);
    const struct word pod = word_hex(stream_next(w->random), 8);
    const bool shell = stream_one_in(w->random, SHELL_ONE_IN);
    const struct cluster_event e = { .user = user.text,
                                     .ip = ip.text,
                                     .verb = shell ? "create" : "get",
                                     .resource = "pods",
                                     .subresource = shell ? "exec" : "log",
                                     .name_space =
                                         shell ? "user-db" : stream_pick(w->random, spaces),
                                     .name = pod.text,
                                     .code = shell ? 101 : 200 };
    cluster_say(w, &e);
}
