/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "sim/disk.h"

/*
 * disk_state: what a simulated disk is made of; for disk.c and disk_names.c alone.
 */
enum { NAMES_MAX = 64, PENDING_MAX = 256 };

struct name {
    char text[STORE_NAME_MAX + 1]; /* "" if free */
    bool is_folder;
    struct platter *cached;  /* what the running system sees; NULL: no such file */
    struct platter *durable; /* what the device holds */
};

/* A change of names in one folder, not yet durable: `to` becomes the file, `from` nothing. */
struct change {
    char from[STORE_NAME_MAX + 1]; /* "" for none */
    char to[STORE_NAME_MAX + 1];   /* "" for none */
    struct platter *file;
};

struct disk {
    struct chance chance;
    struct name names[NAMES_MAX];
    struct change pending[PENDING_MAX];
    size_t pending_count;
    struct platter *handles[STORE_OPEN_FILES_MAX];
    char handle_names[STORE_OPEN_FILES_MAX][STORE_NAME_MAX + 1];
    uint64_t operations;
    uint64_t planned_at;
    enum disk_fault planned;
    uint64_t trouble; /* 0: none */
    enum disk_fault struck;
    uint64_t struck_at;
    bool sync_failed;
    bool dead;
    bool full;
    uint64_t capacity;
    int64_t now_ns;
};

/* One more use of a file, NULL allowed. */
struct platter *disk_use(struct platter *p);
/* Lets *at be that file and gives up the one before. */
void disk_point(struct platter **at, struct platter *to);
/* The name, or NULL. */
struct name *disk_name_find(struct disk *d, const char *text);
/* The name, made if it is new. */
struct name *disk_name_get(struct disk *d, const char *text);
/* Whether the name is directly in the folder. */
bool disk_name_is_in(const char *name, const char *folder);
/* Notes a change of names that is not durable yet. */
void disk_change_push(struct disk *d, const char *from, const char *to, struct platter *file);
/* Forgets one. */
void disk_change_drop(struct change *c);
/* Makes the changes in a folder durable. */
void disk_folder_sync(struct disk *d, const char *folder);
/* The power goes: some of the changes are kept, and of each file some of what was not synced. */
void disk_cut(struct disk *d);
