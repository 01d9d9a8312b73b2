/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small event log file for tests: one chunk, whose first record defines a template that its other
 * records use. Its checksums are right until a test spoils them.
 */
#pragma once
#include "base/status.h"

enum { EVTX_MADE_BYTES = 4096 + 65536, EVTX_MADE_RECORDS = 3 };

/* Writes the file. Each record has System (Provider, EventID, TimeCreated, EventRecordID, Channel)
 * and EventData with a Data named A, one without a name, and one named List with two members.
 * ret_record: where each record starts. */
void evtx_made(uint8_t *ret_bytes, size_t ret_record[EVTX_MADE_RECORDS]);
/* Puts right checksums into a file that was changed. */
void evtx_made_seal(uint8_t *bytes);
