/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/cm.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

slice guarded(slice bytes)
{
    static struct {
        void *at;
        size_t len;
    } ring[64];
    static size_t turn;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t whole = (bytes.len + page - 1) / page * page;
    const size_t slot = turn++ % COUNT_OF(ring);
    if (ring[slot].at != NULL) assert_int_equal(munmap(ring[slot].at, ring[slot].len), 0);
    uint8_t *map =
        mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(map, MAP_FAILED);
    assert_int_equal(mprotect(map + whole, page, PROT_NONE), 0);
    ring[slot].at = map;
    ring[slot].len = whole + page;
    bytes_copy(map + whole - bytes.len, bytes.len, bytes);
    return (slice){ map + whole - bytes.len, bytes.len };
}

const char *shared_data(const char *path)
{
    static char full[1024];
    const char *root = getenv("CANDOR_SHARED_DATA"); /* set by tests/meson.build */
    snprintf(full, sizeof full, "%s/%s", root == NULL ? "../shared/data" : root, path);
    if (access(full, R_OK) == 0) return full;
    print_message("skipped: %s is not there\n", full);
    return NULL;
}

slice replaced(slice text, const char *from, const char *to)
{
    static char changed[1 << 20];
    const char *at = memmem(text.at, text.len, from, strlen(from));
    if (at == NULL) fail_msg("\"%s\" is not in the text", from);
    const size_t before = (size_t)(at - (const char *)text.at);
    const int len = snprintf(changed, sizeof changed, "%.*s%s%.*s", (int)before, text.at, to,
                             (int)(text.len - before - strlen(from)), at + strlen(from));
    assert_true(len > 0 && (size_t)len < sizeof changed);
    return guarded(slice_text(changed));
}

void *test_keep(size_t len)
{
    static struct kept {
        struct kept *older;
        max_align_t bytes[];
    } * newest; /* the chain keeps each block reachable, so that none is a leak */
    struct kept *kept = calloc(1, sizeof *kept + len);
    assert_non_null(kept);
    kept->older = newest;
    newest = kept;
    return kept->bytes;
}

slice file_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("cannot open %s", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long len = ftell(file);
    assert_true(len >= 0);
    rewind(file);
    uint8_t *bytes = test_keep((size_t)len + 1);
    assert_int_equal(fread(bytes, 1, (size_t)len, file), (size_t)len);
    fclose(file);
    return (slice){ bytes, (size_t)len };
}

static char folders[64][64];
static size_t folder_count;
static pid_t folder_owner;

static int remove_one(const char *path, const struct stat *, int, struct FTW *)
{
    return remove(path);
}

static void remove_folders(void)
{
    if (getpid() != folder_owner) return; /* a forked child leaves them to its parent */
    for (size_t i = 0; i < folder_count; i++)
        nftw(folders[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
    assert_in_range(folder_count, 0, COUNT_OF(folders) - 1);
    if (folder_count == 0) {
        folder_owner = getpid();
        assert_int_equal(atexit(remove_folders), 0);
    }
    char *folder = folders[folder_count++];
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folders[0], "%.40s/candor-XXXXXX", parent == NULL ? "/tmp" : parent);
    assert_non_null(mkdtemp(folder));
    return folder;
}
