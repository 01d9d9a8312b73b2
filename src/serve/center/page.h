/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "os/file.h"
#include "serve/center/config.h"
#include "serve/center/facts.h"
#include "serve/center/receipt.h"

/*
 * page: a page of the Transparency Center while it is written. Pages are functions of what is
 * public (struct center_view) and of the path: no socket, no clock. All of them stand in one shell
 * with one stylesheet; foreign text goes through base/html.h alone.
 */
enum {
    PAGE_BYTES_MAX = 100 * 1024, /* a page that does not fit is an error of ours, and says so */
    PAGE_TEXT_BYTES_MAX = 16384, /* of one foreign text on a page; more is cut */
};

/* What is running (page_running.c). */
struct center_build {
    const char *version;
    const char *commit; /* "": not built from a repository */
    const char *compiler;
    char binary[2 * SHA256_BYTES + 1]; /* SHA-256 of the program file; "": cannot be read */
    uint64_t started_s;
};

/* What pages are made from. */
struct center_view {
    const struct facts *facts;
    const struct center_build *build;
    const struct center_config *config;
    const struct file *folder;           /* DIR/center; NULL: not there */
    const struct file *rules;            /* the folder of bundles of rules; NULL: not there */
    const struct receipt_found *receipt; /* what was asked for; NULL: nothing, or it is not there */
    slice log_key;                       /* empty: not known */
    bool has_verifier;                   /* this build has it for browsers */
    const hash *bundle;                  /* the detection rules that judge now; zeros: none */
    const char *stylesheet;              /* path of the stylesheet */
    slice host; /* "https://example.com" as the reader sees it, for the feed */
};

struct page {
    struct writer w;
    const struct center_view *view;
    const char *type;  /* Content-Type */
    const char *cache; /* Cache-Control */
    unsigned code;
    bool has_script; /* may run the verifier */
    bool has_file;   /* the answer is this open file, file_bytes long */
    struct file file;
    uint64_t file_bytes;
    uint64_t file_tag; /* names its bytes */
};

/* The head of the page, its navigation with the path's own link marked, and the title as h1. */
void page_begin(struct page *p, const char *path, const char *title);
/* What the page does not prove, as sentences up to NULL, and its foot. */
void page_end(struct page *p, const char *const *not_proven);
/* A page that only says that something is not there or went wrong. */
void page_refuse(struct page *p, unsigned code, const char *title, const char *why);

/* Each appends to the page. Markup as it is; foreign text; "1,234,567"; a word of a closed list as
 * people write it ("scams_and_fraud": "Scams and fraud"). */
void page_put(struct page *p, const char *markup);
__attribute__((format(printf, 2, 3))) void page_printf(struct page *p, const char *format, ...);
void page_text(struct page *p, slice text);
void page_number(struct page *p, uint64_t number);
void page_word(struct page *p, const char *word);
/* <time>: "2026-03-01 10:04 UTC", the date alone, and how long before the facts' time ("3 minutes
 * ago"). */
void page_time(struct page *p, uint64_t time_s);
void page_date(struct page *p, uint64_t time_s);
void page_age(struct page *p, uint64_t time_s);
/* A hash, shortened; the whole is behind a click. */
void page_hash(struct page *p, slice bytes);
void page_hash_text(struct page *p, slice text);
/* "<div><dt>NAME</dt><dd>", to be followed by what it is and page_fact_end. */
void page_fact(struct page *p, const char *name);
void page_fact_end(struct page *p);
/* A paragraph in place of what is not there yet. */
void page_empty(struct page *p, const char *text);
/* The begin of a table in a region that scrolls by itself; heads: names up to NULL, of numbers with
 * '#' before them. page_table_end closes it. */
void page_table(struct page *p, const char *caption, const char *const *heads);
void page_table_end(struct page *p);
/* A link to an entry of the log: "entry 123", with its leaf hash. */
void page_entry(struct page *p, const struct facts_entry *e);
