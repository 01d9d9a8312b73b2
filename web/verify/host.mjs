// SPDX-License-Identifier: Apache-2.0
/*
 * host.mjs: runs verify.wasm, the verifier compiled from candor's own source. It has everything but
 * Ed25519, which is left to WebCrypto. That answers later, and WebAssembly cannot wait, so a file is
 * read twice: once with every signature taken to hold, to learn which ones matter, and once more with
 * what WebCrypto said of each.
 */

/** The parts that verify.wasm takes (enum part in src/verify/wasm/wasm.c). */
const PARTS = { file: 0, entry: 1, old: 2, policy: 3 }, PART_KEY = 4, PART_PUBLIC = 5;
/** What a count proof is held against (enum how there). */
const HOWS = { segment: 1, recount: 2 };
/** As VERIFY_FILE_BYTES_MAX. */
export const BYTES_MAX = 64 * 1024 * 1024;

const refusal = (exit, error) => ({ exit, said: JSON.stringify({ verified: false, refuted: false, error }) });

/** One pass. holds is asked for each signature: {publicKey, message, signature} -> boolean. */
async function pass(module, given, holds) {
    let memory, put;
    const at = (start, length) => new Uint8Array(memory.buffer, start, length).slice();
    const host = {
        signature: (key, message, length, signature) => Number(holds({
            publicKey: at(key, 32), message: at(message, length), signature: at(signature, 64),
        })),
        read: (path, length) => {
            const bytes = given.public?.get(new TextDecoder().decode(at(path, length)));
            return Number(bytes !== undefined && put(PART_PUBLIC, bytes));
        },
    };
    const { exports } = await WebAssembly.instantiate(module, { host });
    memory = exports.memory;
    put = (part, bytes) => {
        const start = bytes.length > BYTES_MAX ? 0 : exports.room(part, bytes.length);
        if (start === 0) return false;
        new Uint8Array(memory.buffer, start, bytes.length).set(bytes);
        return true;
    };
    for (const [name, part] of Object.entries(PARTS)) {
        if (given[name] && !put(part, given[name])) return refusal(2, `the ${name} is too large`);
    }
    for (const key of given.keys ?? []) put(PART_KEY, new TextEncoder().encode(key));
    const exit = exports.run(HOWS[given.how] ?? 0);
    return { exit, said: new TextDecoder().decode(at(exports.answer(), exports.answer_len())) };
}

const nameOf = (asked) => [asked.publicKey, asked.signature, asked.message].join(";");

async function checkSignature(subtle, asked) {
    try {
        const key = await subtle.importKey("raw", asked.publicKey, { name: "Ed25519" }, false, ["verify"]);
        return await subtle.verify({ name: "Ed25519" }, key, asked.signature, asked.message);
    } catch {
        return false; // a key that is no point of the curve
    }
}

/** The vector of c2sp.org/signed-note: whether Ed25519 is there, and tells right from wrong. */
export async function canCheckSignatures(subtle) {
    if (!subtle) return false;
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const good = {
        publicKey: bytes("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").slice(1),
        message: new TextEncoder().encode("This is an example message.\n"),
        signature: bytes("Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=").slice(4),
    };
    const bad = { ...good, message: new TextEncoder().encode("This is another message.\n") };
    return await checkSignature(subtle, good) && !await checkSignature(subtle, bad);
}

/**
 * Verifies given.file, with given.entry, given.old, given.policy (bytes) and given.keys (texts) where
 * there are any; and given.public, a Map from paths such as "tile/entries/000" to bytes, against which
 * given.how ("segment" or "recount") holds a count proof. Gives exit, the exit status of candor-verify; said, what candor-verify --json prints;
 * and signatures: how many hold, or null if subtle is null, when nothing is verified, whatever said says.
 */
export async function verify(module, given, subtle) {
    const asked = new Map();
    const first = await pass(module, given, (a) => asked.set(nameOf(a), a) !== null);
    if (asked.size === 0) return { ...first, signatures: 0 };
    if (!subtle) return { ...first, signatures: null };
    const good = new Set();
    for (const [name, a] of asked) if (await checkSignature(subtle, a)) good.add(name);
    return { ...await pass(module, given, (a) => good.has(nameOf(a))), signatures: good.size };
}
