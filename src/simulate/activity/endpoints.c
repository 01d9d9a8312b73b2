/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Computers of staff: programs of everyday work start, names are looked up.
 */
#include "simulate/activity/activities.h"

#include "simulate/shape/endpoint.h"
#include "base/banned.h"

#define EXPLORER "C:\\Windows\\explorer.exe"
#define BROWSER "C:\\Program Files\\Mozilla Firefox\\firefox.exe"

void activity_endpoint(struct world *w, const struct step *s)
{
    static const struct {
        const char *image;
        const char *command;
        const char *parent;
    } programs[] = {
        { BROWSER, "\"" BROWSER "\"", EXPLORER },
        { "C:\\Program Files\\Mail\\mail.exe", "mail.exe", EXPLORER },
        { "C:\\Program Files\\Chat\\chat.exe", "chat.exe --background", EXPLORER },
        { "C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\System32\\svchost.exe -k netsvcs -p",
          "C:\\Windows\\System32\\services.exe" },
        { "C:\\Windows\\System32\\SearchIndexer.exe",
          "C:\\Windows\\system32\\SearchIndexer.exe /Embedding",
          "C:\\Windows\\System32\\services.exe" },
    };
    static const char *const names[] = { "console.platform.example", "tickets.platform.example",
                                         "mail.platform.example", "www.example.com" };
    const uint32_t which = world_below(w, 2 * COUNT_OF(programs));
    if (which < COUNT_OF(programs)) {
        endpoint_process(w, s->actor, programs[which].image, programs[which].command,
                         programs[which].parent);
        return;
    }
    endpoint_dns(w, s->actor, BROWSER, stream_pick(w->random, names));
}
