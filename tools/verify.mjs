// SPDX-License-Identifier: Apache-2.0
/*
 * verify.mjs: a second verifier for what candor hands out, in plain Node, sharing nothing with the
 * C program: read it next to docs/formats/. Same arguments, same exit status as candor verify:
 *
 *   node tools/verify.mjs FILE [--vkey KEY]… [--policy FILE] [--entry FILE] [--old FILE] [--json]
 *   node tools/verify.mjs report OUT [--vkey KEY]… [--policy FILE] --recount PUBLIC [--json]
 *
 * 0 verified, 1 does not verify, 2 malformed or something is missing, 3 the system failed.
 * Trees are computed by the recursive definitions of RFC 6962, the C program uses the iterative ones
 * of RFC 9162; a disagreement of the two would be a bug in one of them.
 */
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SIZE_MAX = 2n ** 63n - 1n;
export const U64_MAX = 2n ** 64n - 1n;
const NAME_MAX = 255, NOTE_MAX = 1 << 20, TEXT_MAX = 32768, SIGNATURES_MAX = 128;
const SIGNATURE_MAX = 4096, KEY_MAX = 2048, HASHES_MAX = 63, EXTRA_MAX = 65536;
const PROOF_MAX = 4 << 20, POLICY_MAX = 256 * 1024, FILE_MAX = 64 << 20, OF_KIND_MAX = 64;

/** Why a file was refused: exit 1 it does not verify, 2 it is malformed or something is missing. */
class Refusal extends Error {
    constructor(exit, message) {
        super(message);
        this.exit = exit;
    }
}

export const malformed = (message) => { throw new Refusal(2, message); };
export const invalid = (message) => { throw new Refusal(1, message); };

// ---- bytes and text ----

export const sha256 = (...parts) => {
    const h = createHash("sha256");
    for (const part of parts) h.update(part);
    return h.digest();
};

/** Strict Base64: one spelling a value. Returns null for anything else. */
function fromBase64(text) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
    const bytes = Buffer.from(text, "base64");
    return bytes.toString("base64") === text ? bytes : null;
}

export function decimal(text, max) {
    if (!/^(0|[1-9][0-9]*)$/.test(text)) return null;
    const value = BigInt(text);
    return value <= max ? value : null;
}

// Every byte one character: positions and comparisons stay exact, whatever the bytes are.
export const latin1 = (bytes) => bytes.toString("latin1");
export const shown = (text) => Buffer.from(text, "latin1").toString("utf8");

/** The lines of a latin1 text that must each end in LF. */
export class Lines {
    constructor(text) {
        this.text = text;
        this.at = 0;
        this.number = 0;
    }

    next() {
        const end = this.text.indexOf("\n", this.at);
        if (end < 0) return null;
        const line = this.text.slice(this.at, end);
        this.at = end + 1;
        this.number++;
        return line;
    }

    rest() {
        return this.text.slice(this.at);
    }
}

// ---- Ed25519 ----

const P = 2n ** 255n - 19n;
const ORDER_8_Y = ["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"];
const SMALL_ORDER_Y = [0n, 1n, P - 1n,
    ...ORDER_8_Y.map((hex) => littleEndian(Buffer.from(hex, "hex")))];

function littleEndian(bytes) {
    return BigInt("0x" + Buffer.from(bytes).reverse().toString("hex"));
}

/** RFC 8032 section 5.1.3 decoding, and no point of small order. */
function pointIsSound(key) {
    const y = littleEndian(key) & (2n ** 255n - 1n);
    return y < P && !SMALL_ORDER_Y.includes(y);
}

function ed25519Verify(key, message, signature) {
    const prefix = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410
    try {
        const der = Buffer.concat([prefix, key]);
        return pointIsSound(key) &&
            verifySignature(null, message, createPublicKey({ key: der, format: "der", type: "spki" }),
                            signature);
    } catch {
        return false;
    }
}

// ---- notes ----

function nameIsValid(name) {
    const bytes = Buffer.from(name, "latin1");
    if (bytes.length === 0 || bytes.length > NAME_MAX || !isUtf8(bytes)) return false;
    return !/[\u0000-\u0020+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/
        .test(bytes.toString("utf8"));
}

function parseKey(text) {
    const first = text.indexOf("+"), second = text.indexOf("+", first + 1);
    if (first < 0 || second < 0) malformed("key: not of the form NAME+ID+BASE64");
    const name = text.slice(0, first), id = text.slice(first + 1, second);
    const base64 = text.slice(second + 1);
    if (!nameIsValid(name)) malformed("key: bad name");
    if (!/^[0-9a-fA-F]{8}$/.test(id)) malformed("key: the ID is not 8 hexadecimal digits");
    const bytes = fromBase64(base64);
    if (bytes === null || bytes.length < 2 || bytes.length > KEY_MAX) {
        malformed("key: not the Base64 of a type and a public key");
    }
    const key = { name, id: id.toLowerCase(), type: bytes[0], base64, verifiable: false,
                  pubkey: bytes.subarray(1) };
    if ([1, 4, 6].includes(key.type)) {
        const hash = sha256(Buffer.from(name + "\n", "latin1"), bytes);
        if (hash.subarray(0, 4).toString("hex") !== key.id) {
            malformed("key: the ID is not that of this name and key");
        }
    }
    if (key.type === 1 || key.type === 4) {
        if (key.pubkey.length !== 32) malformed("key: not 32 bytes");
        if (!pointIsSound(key.pubkey)) {
            malformed("key: a point of small order or not in canonical form");
        }
        key.verifiable = true;
    }
    return key;
}

/** {text, signatures: [{name, id, bytes}]} of latin1 text; every line checked. */
export function parseNote(note) {
    const bytes = Buffer.from(note, "latin1");
    if (bytes.length > NOTE_MAX) malformed("note: too long");
    if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) malformed("note: control character");
    if (!isUtf8(bytes)) malformed("note: not UTF-8");
    if (bytes.length < 2 || !note.endsWith("\n")) malformed("note: does not end in a newline");
    const split = note.lastIndexOf("\n\n");
    if (split < 0) malformed("note: no empty line between text and signatures");
    const text = note.slice(0, split + 1);
    if (text.length > TEXT_MAX) malformed("note: text too long");
    const lines = new Lines(note.slice(split + 2));
    const signatures = [];
    for (let line = lines.next(); line !== null; line = lines.next()) {
        const m = /^\u00e2\u0080\u0094 ([^ ]*) (.*)$/.exec(line);
        const raw = m === null ? null : fromBase64(m[2]);
        if (raw === null || !nameIsValid(m[1]) || raw.length < 5 || raw.length > SIGNATURE_MAX) {
            malformed(`note, signature ${signatures.length + 1}: not a signature line`);
        }
        signatures.push({ name: m[1], id: raw.subarray(0, 4).toString("hex"),
                          bytes: raw.subarray(4) });
    }
    if (signatures.length === 0) malformed("note: has no signature");
    if (signatures.length > SIGNATURES_MAX) malformed("note: too many signatures");
    return { text, signatures };
}

/** The time of a cosignature, or -1n if it is none of this text by this key. */
function cosignatureTime(key, text, bytes) {
    if (bytes.length !== 72) return -1n;
    const time = bytes.readBigUInt64BE(0);
    if (time > SIZE_MAX) return -1n;
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`, "latin1");
    return ed25519Verify(key.pubkey, message, bytes.subarray(8)) ? time : -1n;
}

/** [{key, time}] of the keys that signed. A known key with a bad signature refuses the whole note. */
function verifyNote(note, keys) {
    const seen = new Map();
    for (const s of note.signatures) {
        const known = keys.filter((k) => k.verifiable && k.name === s.name && k.id === s.id);
        let holds = false;
        for (const key of known) {
            let time = 0n;
            if (key.type === 4) {
                time = cosignatureTime(key, note.text, s.bytes);
                if (time < 0n) continue;
            } else if (s.bytes.length !== 64 ||
                       !ed25519Verify(key.pubkey, Buffer.from(note.text, "latin1"), s.bytes)) {
                continue;
            }
            holds = true;
            const before = seen.get(key);
            if (before === undefined || time > before) seen.set(key, time);
        }
        if (known.length > 0 && !holds) {
            invalid(`note: the signature of ${shown(s.name)}+${s.id} does not verify`);
        }
    }
    if (seen.size === 0) invalid("note: no signature by any of the keys given");
    return keys.filter((key) => seen.has(key)).map((key) => ({ key, time: seen.get(key) }));
}

export function parseCheckpoint(text) {
    const lines = new Lines(text);
    const origin = lines.next(), size = lines.next(), root = lines.next();
    if (!origin) malformed("checkpoint, line 1: no origin");
    if (size === null) malformed("checkpoint, line 2: no size");
    const value = decimal(size, SIZE_MAX);
    if (value === null) malformed("checkpoint, line 2: not a size");
    const hash = root === null ? null : fromBase64(root);
    if (hash === null || hash.length !== 32) malformed("checkpoint, line 3: not a root");
    if (value === 0n && !hash.equals(sha256())) malformed("checkpoint, line 3: not the empty root");
    while (lines.at < text.length) {
        if (!lines.next()) malformed(`checkpoint, line ${lines.number + 1}: bad extension line`);
    }
    return { origin, size: value, root: hash };
}

// ---- policies ----

function parsePolicy(bytes) {
    if (bytes.length > POLICY_MAX) malformed("policy: too long");
    const policy = { keys: [], logs: new Set(), nodes: new Map(), quorum: undefined };
    const rows = latin1(bytes).split("\n");
    rows.forEach((row, i) => {
        try {
            policyLine(policy, row);
        } catch (e) {
            if (!(e instanceof Refusal)) throw e;
            malformed(`policy, line ${i + 1}: ${e.message}`);
        }
    });
    if (policy.quorum === undefined) malformed("policy: has no quorum line");
    if (policy.logs.size === 0) malformed("policy: has no log line");
    return policy;
}

function policyLine(policy, row) {
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(row)) malformed("control character");
    const [word, ...words] = row.replace(/#.*$/s, "").split(/[ \t]+/).filter((w) => w !== "");
    if (word === undefined) return;
    if (word === "log") policyKey(policy, words, true);
    else if (word === "witness") policyWitness(policy, words);
    else if (word === "group") policyGroup(policy, words);
    else if (word === "quorum") policyQuorum(policy, words);
    else malformed("not log, witness, group or quorum");
}

function policyKey(policy, words, isLog) {
    if (words.length < 1 || words.length > 2) malformed("not a key and an address");
    const ofKind = isLog ? policy.logs.size : policy.keys.length - policy.logs.size;
    if (ofKind === OF_KIND_MAX) malformed("too many logs or witnesses");
    const key = parseKey(words[0]);
    if (key.verifiable && isLog !== (key.type === 1)) malformed("a key of the wrong type");
    const same = (k) => k.base64 === key.base64 ||
        (k.verifiable && key.verifiable && k.pubkey.equals(key.pubkey));
    if (policy.keys.some(same)) malformed("the same public key again");
    policy.keys.push(key);
    if (isLog) policy.logs.add(key);
    return key;
}

function policyNode(policy, name, node) {
    if (name === undefined || name === "none") malformed("no name");
    if (policy.nodes.has(name)) malformed("defined twice");
    policy.nodes.set(name, node);
}

function policyWitness(policy, [name, ...words]) {
    policyNode(policy, name, { key: policyKey(policy, words, false), used: false });
}

function policyGroup(policy, [name, threshold, ...names]) {
    const groups = [...policy.nodes.values()].filter((n) => n.members !== undefined);
    if (groups.length === OF_KIND_MAX) malformed("too many groups");
    const members = names.map((n) => {
        const member = policy.nodes.get(n);
        if (member === undefined) malformed("a member that is not defined before");
        if (member.used) malformed("a member of two groups");
        member.used = true;
        return member;
    });
    const number = threshold === "any" ? 1n : threshold === "all" ? BigInt(members.length)
        : decimal(threshold ?? "", U64_MAX);
    if (number === null || number < 1n || number > BigInt(members.length)) {
        malformed("bad threshold");
    }
    policyNode(policy, name, { members, threshold: Number(number), used: false });
}

function policyQuorum(policy, words) {
    if (policy.quorum !== undefined || words.length !== 1) malformed("bad quorum line");
    policy.quorum = words[0] === "none" ? null : policy.nodes.get(words[0]);
    if (policy.quorum === undefined) malformed("a quorum that is not defined before");
}

function satisfied(node, signers) {
    if (node.key !== undefined) return signers.has(node.key);
    return node.members.filter((m) => satisfied(m, signers)).length >= node.threshold;
}

// ---- trust ----

export function readTrust(vkeys, policyBytes) {
    const policy = policyBytes === undefined ? null : parsePolicy(policyBytes);
    const keys = policy === null ? [] : [...policy.keys];
    if (vkeys.length > 64) malformed("too many keys");
    for (const text of vkeys) {
        const key = parseKey(Buffer.from(text, "utf8").toString("latin1"));
        if (!key.verifiable) malformed("key: a type that cannot be verified here");
        if (!keys.some((k) => k.name === key.name && k.base64 === key.base64)) keys.push(key);
    }
    return { policy, keys };
}

function sayTime(seconds) {
    const date = new Date(Number(seconds) * 1000);
    return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(".000Z", "Z");
}

function saySigners(signed, answer) {
    for (const { key, time } of signed) {
        const name = `${shown(key.name)}+${key.id}`;
        if (key.type === 4) answer.fact("cosigned by", `${name} at ${sayTime(time)}`);
        else answer.fact("signed by", name);
    }
}

/** {cp, signed} of a checkpoint that its log has signed. */
function logSigned(trust, text) {
    const note = parseNote(text);
    const cp = parseCheckpoint(note.text);
    if (trust.keys.length === 0) malformed("no key to verify with: give --vkey or --policy");
    const signed = verifyNote(note, trust.keys);
    if (!signed.some(({ key }) => key.type !== 4 && key.name === cp.origin)) {
        invalid("checkpoint: not signed by a given key of its log");
    }
    return { cp, signed };
}

function checkPolicy(policy, origin, signed) {
    const signers = new Set(signed.map(({ key }) => key));
    if (![...signers].some((k) => policy.logs.has(k) && k.name === origin)) {
        invalid("policy: no log of the policy of that name has signed");
    }
    if (policy.quorum !== null && !satisfied(policy.quorum, signers)) {
        invalid("policy: the quorum is not reached");
    }
}

export function checkpointOf(trust, text, answer) {
    const { cp, signed } = logSigned(trust, text);
    if (trust.policy !== null) checkPolicy(trust.policy, cp.origin, signed);
    answer.fact("log", shown(cp.origin));
    answer.fact("size", String(cp.size));
    answer.fact("root", cp.root.toString("base64"));
    saySigners(signed, answer);
    answer.proven.push(`the log signed a checkpoint of ${cp.size} entries with this root`);
    if (trust.policy !== null && trust.policy.quorum !== null) {
        answer.proven.push("the quorum of the policy cosigned");
    }
    if (!signed.some(({ key }) => key.type === 4)) {
        answer.notProven.push("that other readers are shown the same log");
    }
    return cp;
}

// ---- trees ----

export const leafHash = (entry) => sha256(Buffer.from([0]), entry);
export const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

/** The largest power of two below n > 1. */
function splitOf(n) {
    let k = 1n;
    while (k * 2n < n) k *= 2n;
    return k;
}

class PathEnds extends Error {}

const take = (path) => {
    if (path.length === 0) throw new PathEnds();
    return path.pop();
};

/** The root that a leaf and its path lead to, by the definition of PATH in RFC 6962 2.1.1. */
export function rootFromPath(index, size, leaf, path) {
    if (size === 1n) return leaf;
    const k = splitOf(size), sibling = take(path);
    if (index < k) return nodeHash(rootFromPath(index, k, leaf, path), sibling);
    return nodeHash(sibling, rootFromPath(index - k, size - k, leaf, path));
}

/** [old root, new root] that a proof leads to, by the definition of SUBPROOF in RFC 6962 2.1.2. */
export function rootsFromProof(oldSize, size, oldRoot, path, whole = true) {
    if (oldSize === size) {
        const root = whole ? oldRoot : take(path);
        return [root, root];
    }
    const k = splitOf(size), other = take(path);
    if (oldSize <= k) {
        const [o, n] = rootsFromProof(oldSize, k, oldRoot, path, whole);
        return [o, nodeHash(n, other)];
    }
    const [o, n] = rootsFromProof(oldSize - k, size - k, oldRoot, path, false);
    return [nodeHash(other, o), nodeHash(other, n)];
}

export function includes(index, size, leaf, proof, root) {
    if (index >= size) return false;
    const path = [...proof];
    try {
        return rootFromPath(index, size, leaf, path).equals(root) && path.length === 0;
    } catch (e) {
        if (e instanceof PathEnds) return false;
        throw e;
    }
}

export function extends_(oldSize, size, oldRoot, root, proof) {
    if (oldSize === 0n || oldSize > size) return false;
    const path = [...proof];
    try {
        const [o, n] = rootsFromProof(oldSize, size, oldRoot, path);
        return o.equals(oldRoot) && n.equals(root) && path.length === 0;
    } catch (e) {
        if (e instanceof PathEnds) return false;
        throw e;
    }
}

// ---- proofs ----

function parseHash(text) {
    const bytes = fromBase64(text);
    return bytes !== null && bytes.length === 32 ? bytes : null;
}

function parsePath(lines) {
    const path = [];
    for (;;) {
        const line = lines.next();
        if (line === null) malformed("proof: ends before the empty line behind the hashes");
        if (line === "") return path;
        const hash = parseHash(line);
        if (path.length === HASHES_MAX) malformed(`proof, line ${lines.number}: too many hashes`);
        if (hash === null) malformed(`proof, line ${lines.number}: not a hash`);
        path.push(hash);
    }
}

/** {index, cp} of an entry that a tlog-proof, given as text, shows to be in the log. */
export function leafOf(trust, text, entry, answer) {
    const { index, path, extra, checkpoint } = parseInclusion(text);
    const cp = checkpointOf(trust, checkpoint, answer);
    const leaf = leafHash(entry);
    if (!includes(index, cp.size, leaf, path, cp.root)) {
        invalid(`proof: this entry is not entry ${index} of the checkpoint`);
    }
    answer.fact("index", String(index));
    answer.fact("leaf", leaf.toString("base64"));
    answer.proven.push(`the ${entry.length} bytes of the entry are entry ${index} of the log, ` +
                       "unchanged since");
    if (extra) answer.notProven.push("anything about the extra data of the proof");
    return { index, cp };
}

function parseInclusion(text) {
    const lines = new Lines(text);
    if (text.length > PROOF_MAX) malformed("proof: too long");
    if (lines.next() !== "c2sp.org/tlog-proof@v1") malformed("proof, line 1: unknown format");
    let line = lines.next();
    const extra = line !== null && line.startsWith("extra ") ? line.slice(6) : null;
    if (extra !== null) {
        const bytes = fromBase64(extra);
        if (bytes === null || bytes.length > EXTRA_MAX) malformed("proof, line 2: bad extra");
        line = lines.next();
    }
    const index = line !== null && line.startsWith("index ") ? decimal(line.slice(6), U64_MAX) : null;
    if (index === null) malformed(`proof, line ${lines.number}: not an index`);
    const path = parsePath(lines);
    return { index, path, extra, checkpoint: lines.rest() };
}

function verifyInclusion(input, answer) {
    if (input.entry === undefined) {
        const { index } = parseInclusion(input.text);
        malformed(`an inclusion proof does not contain its entry: give --entry FILE with entry ${index}`);
    }
    leafOf(input.trust, input.text, input.entry, answer);
    answer.notProven.push("that what the entry says is true");
}

function verifyConsistency(input, answer) {
    const lines = new Lines(input.text);
    if (input.text.length > PROOF_MAX) malformed("proof: too long");
    lines.next();
    const m = /^old ([^ ]*) (.*)$/.exec(lines.next() ?? "");
    const oldSize = m === null ? null : decimal(m[1], U64_MAX);
    const oldRoot = m === null ? null : parseHash(m[2]);
    if (oldSize === null || oldRoot === null) malformed("proof, line 2: not an old size and root");
    const path = parsePath(lines);
    const cp = checkpointOf(input.trust, lines.rest(), answer);
    if (input.old !== undefined) {
        const old = logSigned(input.trust, latin1(input.old)).cp;
        if (old.origin !== cp.origin) invalid("old checkpoint: is one of another log");
        if (old.size !== oldSize) invalid("old checkpoint: is not where the proof starts");
        if (!old.root.equals(oldRoot)) invalid("old checkpoint: has another root");
    }
    if (!extends_(oldSize, cp.size, oldRoot, cp.root, path)) {
        invalid(`proof: the checkpoint of ${cp.size} entries is not shown to extend the old one`);
    }
    answer.fact("old size", String(oldSize));
    answer.fact("old root", oldRoot.toString("base64"));
    answer.proven.push(`the log extends the one of ${oldSize} entries with the old root`);
    if (input.old === undefined) answer.notProven.push("that the log ever signed the old root");
}

// ---- records ----

const TYPES = ["absent", "text", "bytes", "u64", "i64", "time", "bool", "raw", "hash", "texts"];
const FIXED = { 3: 8, 4: 8, 5: 8, 6: 1, 8: 32 };
export const COLUMN_WIDTHS = { market: 2, choice: 1, bits: 1, flag: 1, u8: 1, u16: 2 };
const BUNDLE_MAX = 4 << 20, COUNT_MAX = 8 << 20, COLUMNS_MAX = 13;
const GRANULARITY = { second: 1n, minute: 60n, day: 86400n };

const u8 = (n) => Buffer.from([n]);
const u16 = (n) => Buffer.from([n >> 8, n & 0xff]);

/** The words of a line: never empty, one space between two. */
function words(line, what) {
    const all = (line ?? "").split(" ");
    if (all.includes("")) malformed(`${what}: bad line`);
    return all;
}

/** A schema row (candor/schema@v1): what the fields of a kind are called and how they are typed. */
export function parseSchema(lines) {
    const row = { fields: [], columnsBytes: 0, body: false };
    if (lines.next() !== "candor/schema@v1") malformed("schema: unknown format");
    for (let line = lines.next(); line !== ""; line = lines.next()) {
        if (line === null) malformed("schema: no empty line behind it");
        const [word, a, b, c] = line.split(" : ")[0].split(" ");
        if (word === "kind") row.kind = Number(a);
        else if (word === "version") row.version = Number(a);
        else if (word === "time") row.granularity = GRANULARITY[a];
        else if (word === "flags") row.body = line.split(" ").includes("body");
        else if (word === "column") row.columnsBytes += COLUMN_WIDTHS[b] ?? NaN;
        else if (word === "field") row.fields.push({ id: Number(a), name: b, type: TYPES.indexOf(c) });
        else malformed("schema: unknown line");
    }
    const counted = row.fields.every((f, i) => f.id === i + 1 && f.type > 0);
    if (!counted || !(row.columnsBytes <= COLUMNS_MAX) || row.granularity === undefined ||
        row.fields.length > 64) {
        malformed("schema: contradicts itself");
    }
    return row;
}

/** {root, body} of an entry of that schema. */
export function splitEntry(bytes, row) {
    const fixed = 9 + row.columnsBytes + 32;
    if (bytes.length > 65535 || bytes.length < fixed) malformed("entry: wrong length");
    if (bytes[0] !== 1) malformed("entry: unknown version");
    if (bytes[1] !== row.kind || bytes.readUInt16BE(2) !== row.version) malformed("entry: other kind");
    if (BigInt(bytes.readUIntBE(4, 5)) % row.granularity !== 0n) malformed("entry: time not cut");
    const root = bytes.subarray(9 + row.columnsBytes, fixed);
    if (!row.body) {
        if (bytes.length !== fixed) malformed("entry: wrong length");
        return { root, body: null };
    }
    if (bytes.length < fixed + 2 || bytes.readUInt16BE(fixed) !== bytes.length - fixed - 2) {
        malformed("entry: wrong length");
    }
    const body = bytes.subarray(fixed + 2);
    if (!sha256(u8(0x13), u8(row.kind), u16(row.version), body).equals(root)) {
        invalid("entry: the root is not that of its body");
    }
    return { root, body };
}

/** The values of a body by field: {type, value}. */
export function parseBody(body, row) {
    const n = row.fields.length;
    if (body.length < n) malformed("body: cut off");
    const values = row.fields.map((f, i) => {
        if (body[i] !== 0 && body[i] !== f.type) malformed("body: a field of another type");
        return { type: body[i], value: Buffer.alloc(0) };
    });
    let at = n;
    const take = (v) => {
        const wide = v.type === 7;
        let len = FIXED[v.type];
        if (len === undefined) {
            if (at + (wide ? 4 : 2) > body.length) malformed("body: cut off");
            len = wide ? body.readUInt32BE(at) : body.readUInt16BE(at);
            at += wide ? 4 : 2;
        }
        if (at + len > body.length) malformed("body: cut off");
        v.value = body.subarray(at, at + len);
        at += len;
    };
    values.filter((v) => v.type !== 0 && v.type !== 7).forEach(take);
    values.filter((v) => v.type === 7).forEach(take);
    if (at !== body.length) malformed("body: bytes left over");
    return values;
}

/** The root of the commitments of a record: docs/formats/entry.md section 5. */
function commitmentsRoot(row, commitments) {
    const tree = (all) => all.length === 1 ? all[0]
        : sha256(u8(0x12), tree(all.slice(0, splitLength(all))), tree(all.slice(splitLength(all))));
    const top = commitments.length <= 16 ? Buffer.concat(commitments) : tree(commitments);
    return sha256(u8(0x11), u8(row.kind), u16(row.version), u8(commitments.length), top);
}

const splitLength = (all) => Number(splitOf(BigInt(all.length)));

function showValue(type, value) {
    if (type === 1 || type === 7) return value.toString("utf8");
    if (type === 3) return String(value.readBigUInt64BE(0));
    if (type === 4) return String(value.readBigInt64BE(0));
    if (type === 5) return new Date(Number(value.readBigInt64BE(0) / 1000000n)).toISOString();
    if (type === 6) return value[0] !== 0 ? "yes" : "no";
    return value.toString("hex");
}

const dashed = (word) => word === "-" ? Buffer.alloc(0) : fromBase64(word);

/** One line of a bundle: its commitment; what it opens goes into the answer. */
function fieldLine(line, field, said) {
    const [word, id, name, ...rest] = words(line, "bundle");
    if (id !== String(field.id) || name !== field.name) malformed("bundle: a field out of order");
    if (word === "hide") {
        const commitment = rest.length === 1 ? parseHash(rest[0]) : null;
        if (commitment === null) malformed("bundle: not a commitment");
        said.push(["hidden", name]);
        return commitment;
    }
    if (word !== "open" || rest.length !== 3) malformed("bundle: neither open nor hide");
    const type = TYPES.indexOf(rest[0]);
    const salt = fromBase64(rest[1]), value = dashed(rest[2]);
    if ((type !== 0 && type !== field.type) || salt?.length !== 16 || value === null ||
        (FIXED[type] ?? value.length) !== value.length || (type === 0 && value.length > 0)) {
        malformed("bundle: a field that is none");
    }
    said.push(["field", `${name}: ${type === 0 ? "(absent)" : showValue(type, value)}`]);
    return sha256(u8(0x10), u16(field.id), u8(type), salt, value);
}

function verifyDisclosure(input, answer) {
    if (input.text.length > BUNDLE_MAX) malformed("bundle: too long");
    const head = new Lines(input.text), tail = new Lines(input.text);
    head.next();
    const [word, base64, ...more] = words(head.next(), "bundle");
    const entry = word === "entry" && more.length === 0 ? dashed(base64) : null;
    if (entry === null) malformed("bundle, line 2: not an entry");
    tail.at = input.text.indexOf("\n\n") + 2;
    if (tail.at < 2) malformed("bundle: no schema");
    const row = parseSchema(tail);
    const { root, body } = splitEntry(entry, row);
    const said = [];
    if (body !== null) {
        parseBody(body, row).forEach(({ type, value }, i) => said.push(
            ["field", `${row.fields[i].name}: ${type === 0 ? "(absent)" : showValue(type, value)}`]));
    } else {
        const commitments = row.fields.map((f) => fieldLine(head.next(), f, said));
        if (!commitmentsRoot(row, commitments).equals(root)) {
            invalid("bundle: the fields are not those that the entry commits to");
        }
    }
    if (head.next() !== "") malformed("bundle: no empty line behind the fields");
    leafOf(input.trust, tail.rest(), entry, answer);
    said.forEach(([name, value]) => answer.fact(name, value));
    answer.proven.push("the opened fields are those that the entry committed to when it was logged");
    answer.notProven.push("what the fields mean: their names and types are the bundle's own",
                          "that what the record says is true");
    if (said.some(([name]) => name === "hidden")) {
        answer.notProven.push("what the hidden fields say, or whether they were erased");
    }
}

// ---- counts ----

const SUMMARY = { kind: 26, version: 1, granularity: 1n, columnsBytes: 0, body: true,
                  fields: [3, 8, 3, 3, 3, 3, 3].map((type, i) => ({ id: i + 1, type })) };

function parseMonth(word) {
    if (word === "before") return 0;
    if (word === "after") return 65535;
    const m = /^(20[0-9][0-9])-(0[1-9]|1[0-2])$/.exec(word ?? "");
    if (m === null) malformed("count: not a month");
    return (Number(m[1]) - 1970) * 12 + Number(m[2]) - 1;
}

function showMonth(month) {
    if (month < 360) return "before";
    if (month > 1559) return "after";
    return `${1970 + Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}`;
}

function fromHex(text, length) {
    const good = new RegExp(`^[0-9a-f]{${2 * length}}$`).test(text ?? "");
    return good ? Buffer.from(text, "hex") : malformed("count: not hexadecimal");
}

/** The words of the next line, which must start with this one and have that many more. */
function named(lines, name, count) {
    const [word, ...rest] = words(lines.next(), "count");
    if (word !== name || rest.length !== count) malformed(`count, line ${lines.number}: not ${name}`);
    return rest;
}

function numberOf(word, max = U64_MAX) {
    const value = decimal(word, max);
    return value === null ? malformed("count: not a number") : value;
}

function parseQuestion(lines) {
    lines.next();
    const [kind, schema, name] = named(lines, "kind", 3);
    if (!/^[a-z_]+$/.test(name)) malformed("count: not the name of a kind"); // which one is unknown here
    const [mask, want] = named(lines, "where", 2).map((w) => fromHex(w, COLUMNS_MAX));
    const [first, last] = named(lines, "months", 2).map(parseMonth);
    if (mask.some((m, i) => (want[i] & ~m) !== 0) || first > last) malformed("count: bad question");
    return { head: Buffer.concat([u8(Number(numberOf(kind, 255n))), u16(Number(numberOf(schema, 65535n)))]),
             mask, want, first, last };
}

/** Rows [first, …), the size of the table and the path, up to the summary line. */
function parseRows(lines) {
    const [first, of] = named(lines, "rows", 2).map((w) => Number(numberOf(w, 262400n)));
    const rows = [], path = [];
    for (;;) {
        const [word, ...rest] = words(lines.next(), "count");
        if (word === "row" && path.length === 0 && rest.length === 2) {
            const key = fromHex(rest[0], 19), count = numberOf(rest[1]);
            if (count === 0n || (rows.length > 0 && rows.at(-1).key.compare(key) >= 0)) {
                malformed("count: rows out of order");
            }
            rows.push({ key, count });
        } else if (word === "hash" && rest.length === 1) {
            path.push(parseHash(rest[0]) ?? malformed("count: not a hash"));
        } else if (word === "summary" && rest.length === 1) {
            if (rows.length > 65536 || path.length > 38) malformed("count: too many rows");
            return { first, of, rows, path, summary: fromBase64(rest[0]) ?? malformed("count: summary") };
        } else {
            malformed(`count, line ${lines.number}: unexpected`);
        }
    }
}

/** The root of a table of n rows from begin on, of which a run is shown; takes the path from left to right. */
function tableRoot(e, begin, n) {
    if (begin + n <= e.first || begin >= e.first + e.rows.length) {
        return e.path.shift() ?? invalid("count: too few hashes");
    }
    if (n === 1) {
        const { key, count } = e.rows[begin - e.first];
        const number = Buffer.alloc(8);
        number.writeBigUInt64BE(count);
        return sha256(u8(0x14), key, number);
    }
    const left = Number(splitOf(BigInt(n)));
    const l = tableRoot(e, begin, left);
    return sha256(u8(0x15), l, tableRoot(e, begin + left, n - left));
}

function checkTable(e, q, summary) {
    if (BigInt(e.of) !== summary.rows) invalid("count: the summary has another number of rows");
    if (e.first + e.rows.length > e.of || (e.rows.length === 0 && e.of > 0)) invalid("count: bad run");
    const root = e.of === 0 ? sha256() : tableRoot(e, 0, e.of);
    if (e.path.length > 0 || !root.equals(summary.root)) invalid("count: not the summary's root");
    if (e.rows.length === 0) return;
    const wide = q.want.map((w, i) => w | (~q.mask[i] & 0xff));
    const low = Buffer.concat([q.head, q.want, u16(q.first), u8(0)]);
    const high = Buffer.concat([q.head, wide, u16(q.last), u8(1)]);
    const begins = e.first === 0 || e.rows[0].key.compare(low) < 0;
    const ends = e.first + e.rows.length === e.of || e.rows.at(-1).key.compare(high) > 0;
    if (!begins || !ends) invalid("count: rows of the figure may be missing");
}

function matches(q, key) {
    const month = key.readUInt16BE(16);
    return key.subarray(0, 3).equals(q.head) && key[18] <= 1 && month >= q.first && month <= q.last &&
        q.mask.every((m, i) => (key[3 + i] & m) === q.want[i]);
}

function readSummary(bytes) {
    const values = parseBody(splitEntry(bytes, SUMMARY).body, SUMMARY);
    if (values.slice(0, 6).some((v) => v.type === 0)) malformed("summary: a value is missing");
    const [size, , rows, closed, late, overflow] = values.map((v, i) =>
        i === 1 || v.type === 0 ? null : v.value.readBigUInt64BE(0));
    return { size, root: values[1].value, rows, closed: Number(closed), late, overflow };
}

function verifyFigure(input, answer) {
    if (input.text.length > COUNT_MAX) malformed("count: too long");
    const lines = new Lines(input.text);
    const q = parseQuestion(lines);
    const said = [numberOf(named(lines, "count", 1)[0]), numberOf(named(lines, "late", 1)[0])];
    const e = parseRows(lines);
    if (lines.next() !== "") malformed("count: no empty line behind the summary");
    const summary = readSummary(e.summary);
    checkTable(e, q, summary);
    const sums = [0n, 0n];
    for (const { key, count } of e.rows) if (matches(q, key)) sums[key[18]] += count;
    if (sums[0] !== said[0] || sums[1] !== said[1]) invalid("count: the rows add up to another figure");
    const { index } = leafOf(input.trust, lines.rest(), e.summary, answer);
    if (index !== summary.size) invalid("count: the summary is not where it says");
    answer.fact("count", String(said[0]));
    answer.fact("late", String(said[1]));
    answer.fact("entries", String(summary.size));
    answer.fact("open from", showMonth(summary.closed));
    answer.fact("verdict", "claimed");
    answer.proven.push(`the log committed to this figure over its first ${summary.size} entries`);
    answer.notProven.push("that the entries add up to this: the figure is claimed, not recounted");
    if (summary.overflow > 0n) {
        answer.notProven.push(`that none of ${summary.overflow} overflowing entries belongs to it`);
    }
}

function verifyPlainNote(input, answer) {
    const note = parseNote(input.text);
    let isCheckpoint = true;
    try {
        parseCheckpoint(note.text);
    } catch {
        isCheckpoint = false;
    }
    if (isCheckpoint) {
        checkpointOf(input.trust, input.text, answer);
        return;
    }
    answer.kind = "signed note";
    if (input.trust.keys.length === 0) malformed("no key to verify with: give --vkey or --policy");
    answer.fact("text", shown(note.text));
    saySigners(verifyNote(note, input.trust.keys), answer);
    answer.proven.push("the text was signed by the keys named");
    answer.notProven.push("that what the text says is true");
}

// ---- the whole ----

export class Answer {
    constructor() {
        this.kind = "";
        this.facts = [];
        this.proven = [];
        this.notProven = [];
    }

    fact(name, value) {
        this.facts.push({ name, value });
    }
}

const FORMATS = [
    ["c2sp.org/tlog-proof@v1", "inclusion proof", verifyInclusion],
    ["candor/consistency@v1", "consistency proof", verifyConsistency],
    ["candor/bundle@v1", "disclosed record", verifyDisclosure],
    ["candor/count@v1", "count proof", verifyFigure],
];

/**
 * Verifies the bytes of a file. given: {vkeys: [text], policy, entry, old: bytes or undefined}.
 * Returns an Answer or throws a Refusal with its exit status.
 */
export function verifyFile(file, given) {
    const answer = new Answer();
    if (file.length > FILE_MAX) malformed("too long");
    const input = { text: latin1(file), entry: given.entry, old: given.old,
                    trust: readTrust(given.vkeys ?? [], given.policy) };
    const end = input.text.indexOf("\n");
    if (end < 0) malformed("not a proof, a bundle or a signed note");
    const format = FORMATS.find(([first]) => input.text.slice(0, end) === first);
    answer.kind = format === undefined ? "checkpoint" : format[1];
    (format === undefined ? verifyPlainNote : format[2])(input, answer);
    return answer;
}

function readArguments(args, isReport) {
    const given = { vkeys: [], json: false };
    const files = {};
    for (let i = 0; i < args.length; i++) {
        const [name, ...inline] = args[i].split("=");
        const value = () => {
            if (inline.length > 0) return inline.join("=");
            if (++i >= args.length) malformed(`${name} needs a value`);
            return args[i];
        };
        if (name === "--vkey") given.vkeys.push(value());
        else if (["--policy", "--entry", "--old"].includes(name)) files[name.slice(2)] = value();
        else if (isReport && name === "--recount") given.recount = value();
        else if (name === "--json") given.json = true;
        else if (name.startsWith("--") || files.file !== undefined) malformed(`unexpected ${args[i]}`);
        else files.file = args[i];
    }
    if (files.file === undefined) malformed("usage: node verify.mjs FILE [--vkey KEY] [--policy FILE] …");
    if (isReport) {
        if (given.recount === undefined) malformed("--recount: the public entries of the log are needed");
        given.out = files.file;
        delete files.file;
    }
    for (const [name, path] of Object.entries(files)) {
        given[name] = readFileSync(path === "-" ? 0 : path);
    }
    return given;
}

function printText(answer) {
    const printable = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
    const lines = [`verified: ${answer.kind}`];
    for (const f of answer.facts) lines.push(`  ${f.name.padEnd(14)} ${printable(f.value)}`);
    lines.push("proven", ...answer.proven.map((t) => `  - ${printable(t)}`));
    lines.push("not proven", ...answer.notProven.map((t) => `  - ${printable(t)}`));
    console.log(lines.join("\n"));
}

async function main(args) {
    const json = args.includes("--json"), isReport = args[0] === "report";
    try {
        const given = readArguments(isReport ? args.slice(1) : args, isReport);
        const answer = isReport
            ? (await import("./verify_report.mjs")).verifyFolders(given.out, given.recount, given)
            : verifyFile(given.file, given);
        if (json) {
            console.log(JSON.stringify({ verified: true, kind: answer.kind, facts: answer.facts,
                                         proven: answer.proven, not_proven: answer.notProven }));
        } else {
            printText(answer);
        }
        return 0;
    } catch (e) {
        const missing = e.code === "ENOENT" || e.code === "ENOTDIR";
        const exit = e instanceof Refusal ? e.exit : missing ? 2 : 3;
        if (json) console.log(JSON.stringify({ verified: false, error: e.message }));
        console.error(`verify.mjs: ${exit === 1 ? "does not verify: " : ""}${e.message}`);
        return exit;
    }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
    main(process.argv.slice(2)).then((exit) => { process.exitCode = exit; });
}
