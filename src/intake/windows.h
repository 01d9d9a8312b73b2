/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "intake/build.h"
#include "lib/json.h"

/*
 * windows: the field names under which Sigma's rules know a Windows event, whatever wrote it down.
 *
 * System: <EventID>, <Channel>, … by tag, attributes as Tag_Attr (Provider_Name). EventData: the
 * Name of each Data; those without one are joined by line feeds into the field Data. UserData: the
 * names of the leaves. A field of EventData hides one of System with its name. Spaces in names go.
 */

/* The nested shape {"System":{…},"EventData":{…}} below the node. */
void windows_nested(struct build *b, const struct json_document *d, uint32_t event);
/* The fields of b came from winlogbeat (winlog.channel …): adds the names that rules use. */
void windows_winlogbeat(struct build *b);
/* The fields of b are flat Windows fields: adds what collectors call otherwise. */
void windows_flat(struct build *b);
/* Name without spaces; itself if it has none. */
slice windows_name(struct build *b, slice name);
/* Adds a field of EventData in place of one of System (of those before index system_end) with the
 * same name. */
void windows_data(struct build *b, size_t system_end, slice name, slice text, uint8_t type);
/* Adds the fields under which rules that name a category know events of the Security log:
 * 4688 process_creation, 5156 network_connection, 4657 registry_set and registry_event. */
void windows_aliases(struct build *b, uint64_t event_id);
