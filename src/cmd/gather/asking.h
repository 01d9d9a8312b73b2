/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/fault.h"

/*
 * asking: one witness, asked in a thread of its own, so that one that is slow holds up nobody else.
 */
enum { ASKING_TIMEOUT_MS = 10'000, ASKING_URL_BYTES_MAX = 1024 };

struct asking;

/* wake_fd: an eventfd that is raised when there is an answer; borrowed. ca: NULL is the system's
 * authorities. NULL if memory is out. The thread starts with the first question. */
struct asking *asking_new(const char *url, const char *ca, int wake_fd);
/* Waits for the answer that is under way. NULL is allowed. */
void asking_free(struct asking *a);
/* Whether an answer is under way. */
bool asking_is_busy(const struct asking *a);
/* Posts the body, at most COSIGNED_REQUEST_BYTES_MAX, which is copied. Not while it is busy.
 * E_LIMIT, E_NOMEM. */
status asking_begin(struct asking *a, slice body);
/* An answer, once: whether there is one. *ret_status is OK with code and body (a view that dies
 * with the next question), or why nobody answered. */
bool asking_take(struct asking *a, unsigned *ret_code, slice *ret_body, status *ret_status,
                 struct fault *f);
