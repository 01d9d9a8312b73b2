/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay FOLDER: gives a fuzz target the empty input and then every file of its corpus, each in a
 * buffer of exactly its size. Speaks TAP; names each input before it runs, so that a crash has one.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { INPUT_BYTES_MAX = 16 * 1024 * 1024 };

static void die(const char *what, const char *name)
{
    printf("Bail out! %s %s\n", what, name);
    exit(1);
}

static void replay_file(const char *folder, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        die("too long", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) die("cannot open", path);
    const long len = ftell(file);
    if (len < 0 || len > INPUT_BYTES_MAX) die("no regular file, or too large:", path);
    rewind(file);
    uint8_t *data = malloc(len == 0 ? 1 : (size_t)len);
    if (data == NULL || fread(data, 1, (size_t)len, file) != (size_t)len) die("cannot read", path);
    fclose(file);
    printf("# %s, %ld bytes\n", name, len);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, (size_t)len);
    free(data);
}

int main(int argc, char **argv)
{
    if (argc != 2) die("usage: replay", "FOLDER");
    printf("1..2\n# the empty input\n");
    fflush(stdout);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    printf("ok 1 - the empty input\n");
    DIR *folder = opendir(argv[1]);
    int count = 0;
    for (struct dirent *e = NULL; folder != NULL && (e = readdir(folder)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        replay_file(argv[1], e->d_name);
        count++;
    }
    if (folder != NULL) closedir(folder);
    printf("%s 2 - %d inputs of the corpus\n", count > 0 ? "ok" : "not ok", count);
    return count > 0 ? 0 : 1;
}
