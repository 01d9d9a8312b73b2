/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candor.yaml: what a node's operator decides. Every key is documented in the file that init
 * writes.
 */
#include <stdio.h>
#include "base/bytes.h"
#include "base/text.h"
#include "cmd/gather/gather_config.h"
#include "cmd/hook/hook_config.h"
#include "cmd/node/node.h"
#include "serve/account.h"
#include "ledger/note.h"
#include "ledger/publication.h"
#include "ledger/store_file.h"
#include "lib/yaml.h"
#include "record/schema.h"
#include "base/banned.h"

#define CONFIG_FILE "candor.yaml"

enum {
    DISK_RESERVE_MIB = 64,
    CONFIG_BYTES_MAX = 64 * 1024,
    CONFIG_ARENA_BYTES_MAX = 4 * 1024 * 1024,
    MARKET_LETTERS = 2
};

enum { PUBLIC_DELAY_S = 24 * 3600, SNAPSHOT_S = 60 }; /* unless candor.yaml says otherwise */

static status wrong(const struct yaml_node *at, struct fault *f, const char *what)
{
    return fault_set(f, FAIL(E_VALUE), CONFIG_FILE ":%u:%u: %s", at->line, at->column, what);
}

static status take_origin(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    const bool fits = value->type == YAML_TEXT && value->text.len <= SIGNER_ORIGIN_BYTES_MAX &&
                      note_name_is_valid(value->text);
    if (!fits) return wrong(value, f, "origin: a name without spaces or '+', at most 255 bytes");
    bytes_copy(c->origin, sizeof c->origin - 1, value->text);
    return OK;
}

static bool market_is_valid(slice text)
{
    if (text.len != MARKET_LETTERS) return false;
    for (size_t i = 0; i < text.len; i++) {
        const bool letter = text.at[i] >= 'A' && text.at[i] <= 'Z';
        if (!letter && !(text.at[i] >= '0' && text.at[i] <= '9')) return false;
    }
    return true;
}

static status take_market(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    const bool fits = value->type == YAML_TEXT && market_is_valid(value->text);
    if (!fits) return wrong(value, f, "market: two capital letters or digits, such as IE");
    bytes_copy(c->market, sizeof c->market - 1, value->text);
    return OK;
}

/* A text that fits; empty ones are refused. */
static status take_text(const struct yaml_node *value, char *ret_text, size_t cap, struct fault *f)
{
    const bool fits = value->type == YAML_TEXT && value->text.len > 0 && value->text.len < cap &&
                      memchr(value->text.at, 0, value->text.len) == NULL;
    if (!fits) return wrong(value, f, "a text is expected, and not such a long one");
    bytes_copy(ret_text, cap - 1, value->text);
    ret_text[value->text.len] = '\0';
    return OK;
}

static status take_http(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_text(value, c->front.http, sizeof c->front.http, f);
}

static status take_udp(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_text(value, c->front.syslog_udp, sizeof c->front.syslog_udp, f);
}

static status take_tcp(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_text(value, c->front.syslog_tcp, sizeof c->front.syslog_tcp, f);
}

static status take_syslog_tls(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_text(value, c->front.syslog_tls, sizeof c->front.syslog_tls, f);
}

static status take_allow(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    bool masked = false;
    if (value->type != YAML_LIST) return wrong(value, f, "syslog_allow: a list of networks");
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml_node *network = value->members[i].value;
        if (c->front.syslog_allowed_count == FRONT_ALLOWED_MAX) {
            return wrong(network, f, "syslog_allow: too many networks");
        }
        const bool fits =
            network->type == YAML_TEXT &&
            network_parse(network->text, &c->front.syslog_allowed[c->front.syslog_allowed_count++],
                          &masked)
                    .code == E_OK;
        if (!fits || masked) return wrong(network, f, "a network such as 10.0.0.0/8 is expected");
    }
    return OK;
}

static status take_client_ca(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_text(value, c->front.client_ca, sizeof c->front.client_ca, f);
}

static status take_certificate(const struct yaml_node *value, struct node_config *c,
                               struct fault *f)
{
    return take_text(value, c->front.certificate, sizeof c->front.certificate, f);
}

static status take_key(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_text(value, c->front.key, sizeof c->front.key, f);
}

static status take_delay(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    const status s = hook_time_read(value, PUBLICATION_DELAY_S_MAX, &c->public_delay_s);
    if (s.code == E_OK) return OK;
    return wrong(value, f, "a time such as 24h, 30m, 7d or 0s is expected, at most 366d");
}

static status take_silence(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    const status s = hook_time_read(value, ACCOUNT_SILENCE_S_MAX, &c->silence_s);
    if (s.code == E_OK) return OK;
    return wrong(value, f, "a time such as 15m, 8h, 2d or 0s is expected, at most 366d");
}

static status take_snapshots(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    enum { SNAPSHOT_S_MAX = 24 * 3600 };
    const status s = hook_time_read(value, SNAPSHOT_S_MAX, &c->snapshot_s);
    if (s.code == E_OK) return OK;
    return wrong(value, f, "a time such as 60s, 5m or 0s is expected, at most 24h");
}

static status take_webhooks(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    const struct yaml_node *at = value;
    struct fault why = {};
    const status s = hook_config_read(value, &c->front.hooks, &at, &why);
    return s.code == E_OK ? OK : wrong(at, f, why.text);
}

static status take_witnesses(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    const struct yaml_node *at = value;
    struct fault why = {};
    const status s = gather_config_read(value, &c->front.gather, &at, &why);
    return s.code == E_OK ? OK : wrong(at, f, why.text);
}

/* ---- center: what the public pages say of the operator ---- */

static status take_center_name(const struct yaml_node *value, struct node_config *c,
                               struct fault *f)
{
    return take_text(value, c->front.center.name, sizeof c->front.center.name, f);
}

/* An absolute URI without white space, which goes into links and into security.txt. */
static status take_uri(const struct yaml_node *value, char *ret_text, size_t cap, struct fault *f)
{
    static const char *const schemes[] = { "https://", "mailto:", "tel:" };
    TRY(take_text(value, ret_text, cap, f));
    bool fits = false;
    for (size_t i = 0; i < COUNT_OF(schemes); i++)
        fits = fits || slice_starts(value->text, slice_text(schemes[i]));
    for (size_t i = 0; i < value->text.len; i++)
        fits = fits && value->text.at[i] > ' ' && value->text.at[i] < 0x7f;
    return fits ? OK : wrong(value, f, "an address is expected: https://…, mailto:… or tel:…");
}

static status take_contacts(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    struct center_config *center = &c->front.center;
    if (value->type != YAML_LIST) return wrong(value, f, "contacts: a list of addresses");
    for (uint32_t i = 0; i < value->count; i++) {
        if (center->contact_count == CENTER_CONTACTS_MAX) {
            return wrong(value, f, "contacts: too many");
        }
        TRY(take_uri(value->members[i].value, center->contacts[center->contact_count++],
                     sizeof center->contacts[0], f));
    }
    return OK;
}

static status take_center_policy(const struct yaml_node *value, struct node_config *c,
                                 struct fault *f)
{
    return take_uri(value, c->front.center.policy, sizeof c->front.center.policy, f);
}

static status take_source(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    return take_uri(value, c->front.center.source, sizeof c->front.center.source, f);
}

static status take_url(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    TRY(take_uri(value, c->front.center.url, sizeof c->front.center.url, f));
    const slice url = value->text;
    const bool fits = slice_starts(url, slice_text("https://")) && url.at[url.len - 1] != '/';
    return fits ? OK : wrong(value, f, "url: https://HOST, without a slash at its end");
}

static status take_languages(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    TRY(take_text(value, c->front.center.languages, sizeof c->front.center.languages, f));
    for (size_t i = 0; i < value->text.len; i++) {
        const uint8_t letter = text_lower_ascii(value->text.at[i]);
        const bool fits =
            (letter >= 'a' && letter <= 'z') || letter == '-' || letter == ',' || letter == ' ';
        if (!fits) return wrong(value, f, "languages: such as \"en, fr\"");
    }
    return OK;
}

struct config_key {
    const char *name;
    status (*take)(const struct yaml_node *value, struct node_config *c, struct fault *f);
};

static status take_members(const struct yaml_node *map, const struct config_key *keys,
                           struct node_config *c, struct fault *f);

static status take_listen(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    static const struct config_key keys[] = { { "http", take_http },
                                              { "syslog_udp", take_udp },
                                              { "syslog_tcp", take_tcp },
                                              { "syslog_tls", take_syslog_tls },
                                              {} };
    return take_members(value, keys, c, f);
}

static status take_center(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    static const struct config_key keys[] = { { "name", take_center_name },
                                              { "contacts", take_contacts },
                                              { "policy", take_center_policy },
                                              { "languages", take_languages },
                                              { "source", take_source },
                                              { "url", take_url },
                                              {} };
    return take_members(value, keys, c, f);
}

static status take_tls(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    static const struct config_key keys[] = { { "certificate", take_certificate },
                                              { "key", take_key },
                                              { "client_ca", take_client_ca },
                                              {} };
    TRY(take_members(value, keys, c, f));
    if ((c->front.certificate[0] == '\0') == (c->front.key[0] == '\0')) return OK;
    return wrong(value, f, "tls: certificate and key belong together");
}

static status take_officers(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    if (value->type != YAML_LIST) return wrong(value, f, "officers: a list of names");
    for (uint32_t i = 0; i < value->count; i++) {
        if (c->keep.officer_count == OFFICERS_MAX) return wrong(value, f, "officers: too many");
        TRY(take_text(value->members[i].value, c->keep.officers[c->keep.officer_count++],
                      sizeof c->keep.officers[0], f));
    }
    return OK;
}

/* kind: days */
static status take_retention(const struct yaml_node *value, struct node_config *c, struct fault *f)
{
    enum { DAYS_MAX = 36525 };
    if (value->type != YAML_MAP) return wrong(value, f, "retention: kinds with days");
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml_member *m = &value->members[i];
        const struct schema *s = schema_named(m->key->text);
        int64_t days = 0;
        if (s == NULL || (s->flags & KIND_BODY) != 0) {
            return wrong(m->key, f, "retention: not a kind with private values");
        }
        const bool fits = yaml_int(m->value, &days).code == E_OK && days > 0 && days <= DAYS_MAX;
        if (!fits) return wrong(m->value, f, "retention: days, from 1 to 36525");
        c->keep.days[s->kind] = (uint32_t)days;
    }
    return OK;
}

static status take_disk_reserve(const struct yaml_node *value, struct node_config *c,
                                struct fault *f)
{
    enum { MIB_MAX = 1 << 20 };
    int64_t mib = 0;
    const bool fits = yaml_int(value, &mib).code == E_OK && mib >= 0 && mib <= MIB_MAX;
    if (!fits) return wrong(value, f, "disk_reserve: MiB, from 0 to 1048576");
    c->disk_reserve = (uint64_t)mib << 20;
    return OK;
}

static const struct config_key config_keys[] = {
    { "origin", take_origin },
    { "market", take_market },
    { "listen", take_listen },
    { "syslog_allow", take_allow },
    { "tls", take_tls },
    { "officers", take_officers },
    { "public_delay", take_delay },
    { "webhooks", take_webhooks },
    { "witnesses", take_witnesses },
    { "judge_snapshots", take_snapshots },
    { "retention", take_retention },
    { "disk_reserve", take_disk_reserve },
    { "silence", take_silence },
    { "center", take_center },
    {},
};

static status take_member(const struct yaml_member *m, const struct config_key *keys,
                          struct node_config *c, struct fault *f)
{
    for (const struct config_key *k = keys; k->name != NULL; k++) {
        if (slice_is(m->key->text, k->name)) return k->take(m->value, c, f);
    }
    return wrong(m->key, f, "unknown key");
}

static status take_members(const struct yaml_node *map, const struct config_key *keys,
                           struct node_config *c, struct fault *f)
{
    if (map->type != YAML_MAP) return wrong(map, f, "a map of keys is expected");
    for (uint32_t i = 0; i < map->count; i++)
        TRY(take_member(&map->members[i], keys, c, f));
    return OK;
}

static status config_read(slice text, struct arena *arena, struct node_config *ret_config,
                          struct fault *f)
{
    struct yaml_file file = {};
    struct node_config c = { .disk_reserve = (uint64_t)DISK_RESERVE_MIB << 20,
                             .public_delay_s = PUBLIC_DELAY_S,
                             .snapshot_s = SNAPSHOT_S };
    const status s = yaml_read(text, arena, &file, f);
    if (s.code != E_OK) {
        const struct fault inner = *f;
        return fault_set(f, s, CONFIG_FILE ":%u:%u: %.300s", file.line, file.column, inner.text);
    }
    if (file.count != 1 || file.documents[0]->type != YAML_MAP) {
        return fault_set(f, FAIL(E_VALUE), CONFIG_FILE ":1:1: one map of keys is expected");
    }
    TRY(take_members(file.documents[0], config_keys, &c, f));
    bytes_copy(c.front.market, sizeof c.front.market, (slice){ (uint8_t *)c.market, 3 });
    if (c.front.syslog_tls[0] != '\0' && c.front.certificate[0] == '\0') {
        return fault_set(f, FAIL(E_VALUE), CONFIG_FILE ": syslog_tls needs tls: certificate, key");
    }
    if (c.origin[0] == '\0') return fault_set(f, FAIL(E_VALUE), CONFIG_FILE ": origin is missing");
    *ret_config = c;
    return OK;
}

status node_config_load(const struct store *store, struct node_config *ret_config, struct fault *f)
{
    uint8_t text[CONFIG_BYTES_MAX];
    size_t len = 0;
    struct arena arena = arena_of(CONFIG_ARENA_BYTES_MAX);
    const status s = store_file_read(store, CONFIG_FILE, text, sizeof text, &len, f);
    if (s.code == E_NOT_FOUND)
        return fault_set(f, s,
                         "no candor.yaml: not the directory of a node; see: candor help init");
    TRY(s);
    const status read = config_read((slice){ text, len }, &arena, ret_config, f);
    arena_done(&arena);
    return read;
}

static void write_listen(struct writer *w, const struct node_config *config)
{
    const bool listens = config->front.http[0] != '\0';
    const char *mark = listens ? "" : "# ";
    writer_text(
        w, "\n"
           "# Where the node listens. http takes events, answers the API and shows the pages; an\n"
           "# address other than this machine's own should have a certificate below. The syslog\n"
           "# lines are off until their # is taken away.\n");
    writer_printf(w, "%slisten:\n%s  http: \"%s\"\n", mark, mark,
                  listens ? config->front.http : "127.0.0.1:8420");
    writer_text(
        w, "#   syslog_udp: \"127.0.0.1:5514\"\n"
           "#   syslog_tcp: \"127.0.0.1:5514\"\n"
           "#   syslog_tls: \"0.0.0.0:6514\"\n"
           "\n"
           "# Networks that may send syslog beside this machine itself. Over TLS everybody may\n"
           "# who has a certificate of client_ca.\n"
           "# syslog_allow: [10.0.0.0/8]\n"
           "\n"
           "# PEM files: the certificate chain and the private key make HTTP into HTTPS;\n"
           "# clients may show a certificate that client_ca has signed.\n"
           "# tls:\n"
           "#   certificate: /etc/candor/tls.crt\n"
           "#   key: /etc/candor/tls.key\n"
           "#   client_ca: /etc/candor/clients.crt\n");
}

static void write_witnesses(struct writer *w)
{
    writer_text(
        w,
        "\n# Witnesses that cosign this log's checkpoints (docs/witnesses.md). policy: a file in\n"
        "# this folder, or with a path from /, as c2sp.org/tlog-policy says: this log's key,\n"
        "# the witnesses with their keys and addresses, and how many of them are enough. ca: a\n"
        "# PEM file of the authorities of their certificates, instead of the system's.\n"
        "# witnesses:\n"
        "#   policy: witnesses.policy\n"
        "#   ca: /etc/candor/witnesses-ca.pem\n");
}

static void write_center(struct writer *w)
{
    writer_text(
        w, "\n# What the public pages say of whoever runs this (docs/center.md). contacts become\n"
           "# security.txt: https://, mailto: or tel:.\n"
           "# center:\n"
           "#   name: Example Platform\n"
           "#   contacts: [\"mailto:security@example.com\"]\n"
           "#   policy: https://example.com/security-policy\n"
           "#   languages: en, fr\n"
           "#   source: https://example.com/candor.git\n"
           "#   url: https://transparency.example.com\n");
}

status node_config_create(const struct store *store, const struct node_config *config,
                          struct fault *f)
{
    uint8_t text[CONFIG_BYTES_MAX];
    struct node_config again;
    struct arena arena = arena_of(CONFIG_ARENA_BYTES_MAX);
    struct writer w = writer_of(text, sizeof text);
    writer_text(
        &w,
        "# The configuration of this node. candor serve --check DIR says what is wrong with it.\n"
        "\n"
        "# The log's name for the world. It is part of every signed checkpoint and can never\n"
        "# change; a host name and path that you own is usual.\n"
        "origin: ");
    writer_text(&w, config->origin);
    writer_text(&w, "\n\n# The country or group of countries in which this node runs: two capitals "
                    "or digits.\n");
    writer_text(&w, config->market[0] == '\0' ? "# market: IE\n" : "market: ");
    if (config->market[0] != '\0') writer_printf(&w, "%s\n", config->market);
    write_listen(&w, config);
    writer_text(
        &w,
        "\n# How long after they were recorded entries become public (their public columns; "
        "private\n"
        "# values never do). Checkpoints and hashes are public at once; the delay keeps the log\n"
        "# from being a live feed for attackers. A number with s, m, h or d; 0s: at once.\n"
        "# public_delay: 24h\n"
        "\n# Who may approve an erasure by name, without being another user of the system.\n"
        "# officers: [ A. Okafor, M. Rossi ]\n"
        "\n# Days that private values of a kind are kept; docs/formats/records.md has the "
        "defaults.\n# candor erase DIR --expired erases what is older.\n"
        "# retention: { event: 400, access: 1100 }\n"
        "\n# MiB of the disk that events may not take, so that erasures and keys find room when\n"
        "# it fills up. Sources are pushed back until more is free.\n"
        "# disk_reserve: 64\n"
        "\n# How long a source may send nothing before a record and a finding say so, for those "
        "that\n"
        "# state no time of their own (candor source add --silence). 0s: for ever.\n"
        "# silence: 0s\n"
        "\n# How often what the rules' correlations remember is written down, sealed, so that a\n"
        "# start judges again only what came since. A number with s, m or h; 0s: never.\n"
        "# judge_snapshots: 60s\n"
        "\n# Whom findings and incidents are sent to (docs/webhooks.md): name and url (https), a "
        "file\n"
        "# with mode 0600 that holds the secret (whsec_…) or credential:NAME for one of "
        "systemd's;\n"
        "# which events; which private fields (none unless named here); whether the address may "
        "be\n"
        "# in a private network; the PEM file of another authority; when to give up.\n"
        "# webhooks:\n"
        "#   - name: soc\n"
        "#     url: https://soc.example.com/candor\n"
        "#     secret: /etc/candor/soc.secret\n"
        "#     events: [ finding, incident ]\n"
        "#     fields: [ title, level ]\n"
        "#     private_addresses: false\n"
        "#     ca: /etc/candor/soc-ca.pem\n"
        "#     give_up_after: 3d\n");
    write_witnesses(&w);
    write_center(&w);
    TRY(writer_end(&w));
    const status readable = config_read(writer_slice(&w), &arena, &again, f);
    arena_done(&arena);
    TRY(readable);
    return store_file_create(store, CONFIG_FILE, writer_slice(&w), f);
}
