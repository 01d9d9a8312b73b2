/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/intake/evtx_made.h"

#include "base/bytes.h"
#include "lib/crc32.h"

/* Bytes being put together; positions count from the start of the chunk. */
struct maker {
    uint8_t *chunk;
    size_t at;
};

static void put(struct maker *m, uint64_t value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        m->chunk[m->at++] = (uint8_t)(value >> 8 * i);
}

static void put_utf16(struct maker *m, const char *text)
{
    for (; *text != '\0'; text++)
        put(m, (uint8_t)*text, 2);
}

/* The offset of a name, which stands right behind it. */
static void put_name(struct maker *m, const char *name)
{
    put(m, m->at + 4, 4);
    put(m, 0, 4);
    put(m, 0, 2);
    put(m, strlen(name), 2);
    put_utf16(m, name);
    put(m, 0, 2);
}

static void open_element(struct maker *m, const char *name, const char *attribute, int value)
{
    put(m, attribute == NULL ? 0x01 : 0x41, 1);
    put(m, 0xffff, 2);
    put(m, 0, 4);
    put_name(m, name);
    if (attribute != NULL) {
        put(m, 0, 4);
        put(m, 0x06, 1);
        put_name(m, attribute);
        put(m, 0x0d, 1);
        put(m, (uint64_t)value, 2);
        put(m, 0x01, 1);
    }
    put(m, 0x02, 1);
}

static void put_value(struct maker *m, int value)
{
    put(m, 0x0e, 1);
    put(m, (uint64_t)value, 2);
    put(m, 0x01, 1);
}

static void close_element(struct maker *m)
{
    put(m, 0x04, 1);
}

static void leaf(struct maker *m, const char *name, int value)
{
    open_element(m, name, NULL, 0);
    put_value(m, value);
    close_element(m);
}

/* <Data Name="…">value</Data>, the name as text. */
static void data(struct maker *m, const char *name, int value)
{
    put(m, 0x41, 1);
    put(m, 0xffff, 2);
    put(m, 0, 4);
    put_name(m, "Data");
    put(m, 0, 4);
    put(m, 0x06, 1);
    put_name(m, "Name");
    put(m, 0x05, 1);
    put(m, 0x01, 1);
    put(m, strlen(name), 2);
    put_utf16(m, name);
    put(m, 0x02, 1);
    put_value(m, value);
    close_element(m);
}

static void put_definition(struct maker *m)
{
    const size_t head = m->at;
    for (size_t i = 0; i < 24; i++)
        put(m, 0, 1);
    put(m, 0x0001010f, 4);
    open_element(m, "Event", NULL, 0);
    open_element(m, "System", NULL, 0);
    open_element(m, "Provider", "Name", 0);
    close_element(m);
    leaf(m, "EventID", 1);
    open_element(m, "TimeCreated", "SystemTime", 2);
    close_element(m);
    leaf(m, "EventRecordID", 3);
    leaf(m, "Channel", 4);
    close_element(m);
    open_element(m, "EventData", NULL, 0);
    data(m, "A", 5);
    leaf(m, "Data", 6);
    data(m, "List", 7);
    close_element(m);
    close_element(m);
    put(m, 0, 1);
    const size_t end = m->at;
    m->at = head + 20;
    put(m, end - head - 24, 4);
    m->at = end;
}

static void put_values(struct maker *m, uint64_t number)
{
    static const struct {
        const char *text;
        uint8_t bytes;
        uint8_t type;
    } values[] = {
        { "Maker", 10, 0x01 }, { NULL, 2, 0x06 },      { NULL, 8, 0x11 },
        { NULL, 8, 0x0a },     { "System", 12, 0x01 }, { "one <two>", 18, 0x01 },
        { "loose", 10, 0x01 }, { NULL, 10, 0x81 },
    };
    put(m, COUNT_OF(values), 4);
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        put(m, values[i].bytes, 2);
        put(m, values[i].type, 2);
    }
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (values[i].text != NULL)
            put_utf16(m, values[i].text);
        else if (i == 1)
            put(m, 7045, 2);
        else if (i == 2)
            put(m, 0x01d9a1b2c3d4e5f6, 8);
        else if (i == 3)
            put(m, number, 8);
        else
            put(m, 'x', 4), put(m, 'y' | 'z' << 16, 4), put(m, 0, 2);
    }
}

void evtx_made_seal(uint8_t *bytes)
{
    uint8_t *chunk = bytes + 4096;
    struct maker file = { bytes, 124 };
    struct maker head = { chunk, 52 };
    put(&file, crc32_of((slice){ bytes, 120 }, 0), 4);
    const size_t end = chunk[48] | (size_t)chunk[49] << 8 | (size_t)chunk[50] << 16;
    put(&head, crc32_of((slice){ chunk + 512, end - 512 }, 0), 4);
    head.at = 124;
    put(&head, crc32_of((slice){ chunk + 128, 384 }, crc32_of((slice){ chunk, 120 }, 0)), 4);
}

void evtx_made(uint8_t *ret_bytes, size_t ret_record[EVTX_MADE_RECORDS])
{
    uint8_t *chunk = ret_bytes + 4096;
    struct maker m = { chunk, 512 };
    size_t definition = 0;
    memset(ret_bytes, 0, EVTX_MADE_BYTES);
    bytes_copy(ret_bytes, 8, slice_text("ElfFile"));
    bytes_copy(chunk, 8, slice_text("ElfChnk"));
    for (uint64_t i = 0; i < EVTX_MADE_RECORDS; i++) {
        const size_t start = m.at;
        ret_record[i] = 4096 + start;
        put(&m, 0x2a2a, 4);
        put(&m, 0, 4);
        put(&m, i + 1, 8);
        put(&m, 0, 8);
        put(&m, 0x0001010f, 4);
        put(&m, 0x0c, 1);
        put(&m, 1, 1);
        put(&m, 0x1234, 4);
        if (definition == 0) definition = m.at + 4;
        put(&m, definition, 4);
        if (i == 0) put_definition(&m);
        put_values(&m, i + 1);
        put(&m, 0, 1);
        const size_t bytes = m.at + 4 - start;
        put(&m, bytes, 4);
        const size_t end = m.at;
        m.at = start + 4;
        put(&m, bytes, 4);
        m.at = end;
    }
    const size_t end = m.at;
    m.at = 48;
    put(&m, end, 4);
    evtx_made_seal(ret_bytes);
}
