/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fault.h"

/*
 * file: where the databases of a view lie.
 */

/* Makes the folder of views and an empty file of that name (which begins with the folder's), mode
 * 0600, which SQLite takes over for its other files. Nothing happens to what is there. E_FULL,
 * E_IO. */
status view_file_make(const char *dir, const char *name, struct fault *f);
/* Deletes that file and those that SQLite has beside it; nothing happens where there is none. */
status view_file_drop(const char *dir, const char *name, struct fault *f);
