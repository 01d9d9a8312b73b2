/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ledger/store.h"

/*
 * store_fs: the store on a folder of a file system, over os/file.h and os/dir.h, which say what
 * system calls each operation makes. Operations on different handles may run in different threads.
 */
/* A store on the folder at path, which must exist. E_NOT_FOUND, E_DENIED, E_NOMEM, E_IO. */
status store_fs_open(const char *path, struct store *ret_store, struct fault *f);
/* Closes the folder and every handle still open. */
void store_fs_close(struct store *store);
