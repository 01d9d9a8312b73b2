/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every store does alike, for the tests of each.
 */
#pragma once
#include "ledger/store.h"

enum { STORE_ANY_NAMES_BYTES = 100 };

/* Opens a file; fails the test if that fails. */
int store_any_open(const struct store *s, const char *name, unsigned flags);
/* Walks an empty store through every operation on files and folders. */
void store_any_operations(const struct store *s);
/* The names of the folder, each with a space behind it, up to one that is "stop". What list says.
 */
status store_any_list(const struct store *s, const char *folder,
                      char ret_names[STORE_ANY_NAMES_BYTES]);
