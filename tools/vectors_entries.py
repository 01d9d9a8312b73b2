#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/vectors/entries.json: keys, salts, commitments, roots and entries, computed from
docs/formats/entry.md with hashlib, the AES below and nothing of the C code.

usage: tools/vectors_entries.py > tests/vectors/entries.json
"""
import hashlib
import json
import struct

TEXT, BYTES, U64, I64, TIME, BOOL, RAW, HASH, TEXTS = range(1, 10)


def sha(data):
    return hashlib.sha256(data).digest()


def noise(label, length):
    out = b""
    while len(out) < length:
        out += sha(label.encode() + struct.pack(">I", len(out)))
    return out[:length]


def times_x(a):
    return (a << 1) ^ (0x11b if a & 0x80 else 0)


def times(a, b):
    """In GF(2^8), FIPS 197 section 4.2."""
    product = 0
    while b:
        product, a, b = product ^ (a if b & 1 else 0), times_x(a), b >> 1
    return product


def substitution(a):
    """FIPS 197 section 5.1.1: the inverse, then the affine map."""
    inverse = next((b for b in range(256) if times(a, b) == 1), 0)
    twice = inverse * 0x101
    return (inverse ^ twice >> 7 ^ twice >> 6 ^ twice >> 5 ^ twice >> 4 ^ 0x63) & 0xff


SBOX = [substitution(a) for a in range(256)]


def round_keys(key):
    """FIPS 197 section 5.2."""
    size = len(key) // 4
    words = [key[4 * i:4 * i + 4] for i in range(size)]
    constant = 1
    for i in range(size, 4 * (size + 7)):
        word = words[-1]
        if i % size == 0:
            word = bytes(SBOX[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = times_x(constant)
        elif size > 6 and i % size == 4:
            word = bytes(SBOX[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(words[i - size], word)))
    return [b"".join(words[i:i + 4]) for i in range(0, len(words), 4)]


def mixed(column):
    return bytes(times(column[i], 2) ^ times(column[(i + 1) % 4], 3) ^ column[(i + 2) % 4] ^
                 column[(i + 3) % 4] for i in range(4))


def aes(key, block):
    """FIPS 197 section 5.1, for keys of 16 and 32 bytes."""
    keys = round_keys(key)
    state = bytes(a ^ b for a, b in zip(block, keys[0]))
    for number, round_key in enumerate(keys[1:], 1):
        state = bytes(SBOX[state[(5 * i) % 16]] for i in range(16))
        if number < len(keys) - 1:
            state = b"".join(mixed(state[i:i + 4]) for i in range(0, 16, 4))
        state = bytes(a ^ b for a, b in zip(state, round_key))
    return state


def check_aes():
    """FIPS 197 appendices C.1 and C.3."""
    plain = bytes(0x11 * i for i in range(16))
    for length, want in ((16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
                         (32, "8ea2b7ca516745bfeafc49904b496089")):
        if aes(bytes(range(length)), plain).hex() != want:
            raise SystemExit("AES is not AES")


def record_key(block_key, index):
    return aes(sha(b"\x20" + block_key), struct.pack(">QQ", 0, index))


def salt(key, field_id):
    return aes(key, b"\x22" + bytes(13) + struct.pack(">H", field_id))


def commitment(field_id, kind, salt_bytes, value):
    return sha(b"\x10" + struct.pack(">HB", field_id, kind) + salt_bytes + value)


def tree(hashes):
    """RFC 6962 section 2.1: split at the largest power of two below n."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha(b"\x12" + tree(hashes[:split]) + tree(hashes[split:]))


def root(kind, schema, hashes):
    top = b"".join(hashes) if len(hashes) <= 16 else tree(hashes)
    return sha(b"\x11" + struct.pack(">BHB", kind, schema, len(hashes)) + top)


def entry(kind, schema, time, columns, root_hash, body=None):
    head = struct.pack(">BBH", 1, kind, schema) + struct.pack(">Q", time)[3:] + columns + root_hash
    return head if body is None else head + struct.pack(">H", len(body)) + body


def value_of(kind, label, length):
    if kind == TEXT:
        return ("é" + "x" * max(0, length - 2)).encode()[:length] if length != 1 else b"x"
    if kind in (U64, I64, TIME):
        return noise(label, 8)
    if kind == BOOL:
        return bytes([noise(label, 1)[0] & 1])
    if kind == HASH:
        return noise(label, 32)
    if kind == TEXTS:
        return b"\x00\x03one\x00\x00\x00\x02zw"
    return noise(label, length)


LENGTHS = [0, 1, 34, 35, 36, 43, 44, 55, 63, 64, 99, 108, 1000]


def case(name, kind, schema, time, columns, types, known):
    block_key = noise("block " + name, 32)
    index = struct.unpack(">Q", noise("index " + name, 8))[0] >> 20
    key = record_key(block_key, index)
    fields, hashes = [], []
    for i, field_type in enumerate(types):
        value = b"" if field_type == 0 else value_of(
            field_type, f"value {name} {i}", LENGTHS[i % len(LENGTHS)])
        s = salt(key, i + 1)
        hashes.append(commitment(i + 1, field_type, s, value))
        fields.append({"type": field_type, "value": value.hex(), "salt": s.hex(),
                       "commitment": hashes[-1].hex()})
    r = root(kind, schema, hashes)
    return {"name": name, "known_kind": known, "kind": kind, "schema": schema, "time": time,
            "columns": columns.hex(), "block_key": block_key.hex(), "index": index,
            "encryption_key": sha(b"\x21" + block_key).hex(), "record_key": key.hex(),
            "fields": fields, "root": r.hex(),
            "entry": entry(kind, schema, time, columns, r).hex()}


def body_case(name, kind, schema, time, columns, parts):
    types = bytes(t for t, _ in parts)
    values = b""
    for t, v in parts:
        if t in (U64, I64, TIME, BOOL, HASH):
            values += v
        elif t != 0:
            values += struct.pack(">H", len(v)) + v
    body = types + values
    r = sha(b"\x13" + struct.pack(">BH", kind, schema) + body)
    return {"name": name, "kind": kind, "schema": schema, "time": time, "columns": columns.hex(),
            "fields": [{"type": t, "value": v.hex()} for t, v in parts], "body": body.hex(),
            "root": r.hex(), "entry": entry(kind, schema, time, columns, r, body).hex()}


def main():
    check_aes()
    every = [TEXT, BYTES, U64, I64, TIME, BOOL, RAW, HASH, TEXTS]
    cases = [case(f"{n} fields", 200, 7, 86400 * n, b"", [every[i % 9] for i in range(n)], False)
             for n in (1, 2, 15, 16, 17, 32, 33, 64)]
    cases += [case(f"{n} fields, all absent", 201, 1, 86400 * n, b"", [0] * n, False)
              for n in (1, 16, 17, 33)]
    cases += [case(f"{n} fields, every second absent", 202, 65535, (1 << 40) - 1, bytes(range(13)),
                   [every[i % 9] if i % 2 else 0 for i in range(n)], False)
              for n in (2, 16, 17, 33)]
    day = 20454 * 86400
    event = [TIME, TIME, TEXT, U64, HASH, TEXT, TEXT, RAW]
    cases.append(case("an event", 1, 1, day + 17 * 60, b"DE\x01\x01", event, True))
    cases.append(case("an event that lacks most", 1, 1, day, b"\x00\x00\x00\x00",
                      [TIME, 0, TEXT, 0, 0, 0, 0, RAW], True))
    cases.append(case("a finding", 3, 1, day, b"FR\x01",
                      [TIME, TEXT, TEXT, TEXT, HASH, BYTES, BYTES, U64, TEXTS, TEXT], True))
    bodies = [
        body_case("a summary", 26, 1, day + 5, b"",
                  [(U64, struct.pack(">Q", 65535)), (HASH, noise("summary", 32)),
                   (U64, struct.pack(">Q", 12)), (U64, struct.pack(">Q", 671)),
                   (U64, bytes(8)), (U64, bytes(8)), (0, b"")]),
        body_case("an erasure", 24, 1, day + 1, b"\x02\x01",
                  [(U64, struct.pack(">Q", 3)), (HASH, noise("erasure", 32))]),
        body_case("an anchor", 28, 1, day + 2, b"\x01",
                  [(TEXT, b"example.com/log"),
                   (TEXT, "example.com/log\n0\nnote\n\n— x AAAA\n".encode()), (0, b"")]),
    ]
    print(json.dumps({"format": "docs/formats/entry.md", "commitments": cases, "bodies": bodies},
                     indent=1, ensure_ascii=False))


main()
