// SPDX-License-Identifier: Apache-2.0
/*
 * The verifier as WebAssembly and candor-verify are made of one source and must say the same, word by
 * word: over good files, every refusal and mutated files. wasm.mjs BUILD WASM [STEP]. Prints TAP.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { webcrypto } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BYTES_MAX, canCheckSignatures, verify } from "../../web/verify/host.mjs";
import { CASES, Pair, mutations, runTestsInTurn } from "./pair.mjs";

const [build, wasm, step] = [process.argv[2], process.argv[3], Number(process.argv[4] ?? "1")];
/** Names of columns, fields and values are a fifth of it, and grow. */
const WASM_BYTES_MAX = 96 * 1024;
const pair = new Pair(build);
execFileSync(join(build, "tests/verify/make_sample"), [pair.folder]);
execFileSync(join(build, "tests/verify/make_counted"), [pair.folder]);
pair.load();
const counts = ["honest", "last"].flatMap((story) => ["count-first", "count-last"].map((count) => `${story}/${count}`));
for (const name of counts) pair.files[name] = readFileSync(join(pair.folder, name));
const module = await WebAssembly.compile(readFileSync(wasm));

const tests = [];
const test = (name, run) => tests.push([name, run]);
/** Each takes a process: of many mutations, the quick run judges one in four. */
const some = (name) => [...mutations(pair.files[name], step)].filter((_, i) => step < 100 || i % 4 === 0);
const fail = (why) => { throw new Error(why); };

function given(bytes, reader) {
    const parts = { file: bytes, keys: (reader.vkeys ?? []).map((name) => pair.key(name)) };
    for (const option of ["policy", "entry", "old"]) parts[option] = pair.files[reader[option]];
    return parts;
}

/** Throws if the two disagree; gives the exit status. */
async function agree(bytes, reader, what) {
    const c = pair.verdictOfC(bytes, reader);
    const w = await verify(module, given(bytes, reader), webcrypto.subtle);
    if (c.exit !== w.exit) fail(`${what}: candor-verify ${c.exit}, wasm ${w.exit}: ${c.said} ${w.said}`);
    if (c.said !== "" && c.said !== w.said) fail(`${what}: two answers:\n${c.said}${w.said}`);
    if (c.said === "" && !c.err.includes(JSON.parse(w.said).error)) fail(`${what}: ${c.err} ${w.said}`);
    return c.exit;
}

test("this WebCrypto knows Ed25519", async () => {
    if (!await canCheckSignatures(webcrypto.subtle)) fail("it does not");
    if (await canCheckSignatures(undefined)) fail("a browser without WebCrypto checks nothing");
    const always = { importKey: async () => 0, verify: async () => true };
    if (await canCheckSignatures(always)) fail("one that says yes to everything checks nothing");
});

test("verify.wasm imports nothing but the signature check and the reading of files", () => {
    const imports = WebAssembly.Module.imports(module);
    if (imports.map((i) => i.name).sort().join() !== "read,signature") fail(JSON.stringify(imports));
    const bytes = readFileSync(wasm).length;
    console.log(`# ${bytes} bytes`);
    if (bytes > WASM_BYTES_MAX) fail(`${bytes} bytes, at most ${WASM_BYTES_MAX}`);
});

const all = [...CASES, ...counts.map((name) => [name, { vkeys: ["log.vkey"] }])];
for (const [name, reader] of all) {
    test(`both judge ${name} alike with ${JSON.stringify(reader)}`, async () => {
        await agree(pair.files[name], reader, name);
    });
}
test("count proofs without public entries are claimed, not refuted", async () => {
    for (const name of counts) {
        const w = await verify(module, given(pair.files[name], { vkeys: ["log.vkey"] }), webcrypto.subtle);
        if (w.exit !== 0 || !w.said.includes('"claimed"')) fail(`${name}: ${w.said}`);
    }
});

/** The files that an operator publishes, by path, as the page gives them. */
function publicFiles(story, change) {
    const root = join(pair.folder, story, "out"), files = new Map();
    for (const path of readdirSync(root, { recursive: true })) {
        if (statSync(join(root, path)).isFile()) files.set(path, readFileSync(join(root, path)));
    }
    change?.(files);
    return files;
}

for (const story of readdirSync(pair.folder, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name)) {
    test(`both hold the counts of ${story} against public entries alike`, async () => {
        for (const count of ["count-first", "count-last"]) {
            const path = join(pair.folder, story, count);
            if (!existsSync(path)) continue;
            for (const how of ["segment", "recount"]) {
                const c = spawnSync(join(build, "src/cmd/candor-verify"), [path, "--json", "--vkey", pair.key("log.vkey"),
                    `--${how}`, join(pair.folder, story, "out")], { encoding: "utf8" });
                const w = await verify(module, { file: readFileSync(path), keys: [pair.key("log.vkey")], how,
                                                 public: publicFiles(story) }, webcrypto.subtle);
                if (c.status !== w.exit || c.stdout !== w.said) fail(`${count} ${how}:\n${c.stdout}${c.stderr}${w.said}`);
            }
        }
    });
}

test("public entries that are missing or changed are not the log's", async () => {
    const ask = (change) => verify(module, { file: pair.files["honest/count-last"], keys: [pair.key("log.vkey")],
                                             how: "recount", public: publicFiles("honest", change) }, webcrypto.subtle);
    const missing = await ask((files) => files.delete("tile/entries/000"));
    if (missing.exit === 0 || !missing.said.includes("tile/entries/000: is not among")) fail(missing.said);
    const changed = await ask((files) => { const last = files.get("tile/entries/001"); last[last.length - 1] ^= 1; });
    if (changed.exit !== 1 || !changed.said.includes("not those of the signed log")) fail(changed.said);
    if ((await ask((files) => files.clear())).exit === 0) fail("nothing was given");
});

for (const [name, reader] of [CASES[3], CASES[4], CASES[9], CASES[13], CASES[16], CASES[17], CASES[19],
                              [counts[0], { vkeys: ["log.vkey"] }]]) {
    test(`both judge every mutation of ${name} alike with ${JSON.stringify(reader)}`, async () => {
        let count = 0, accepted = 0;
        for (const [what, bytes] of some(name)) {
            accepted += await agree(bytes, reader, `${name}, ${what}`) === 0;
            count++;
        }
        console.log(`# ${count} mutations, ${accepted} of them still verify`);
    });
}

test("both judge mutated keys and policies alike", async () => {
    let count = 0;
    for (const [what, bytes] of some("policy")) {
        pair.files["mutant"] = bytes;
        pair.write("mutant");
        await agree(pair.files["checkpoint"], { policy: "mutant" }, `policy, ${what}`);
        count++;
    }
    for (const key of ["junk", "a+00000000+AAAA", pair.key("log.vkey") + "A", ""]) {
        const w = await verify(module, { ...given(pair.files["checkpoint"], {}), keys: [key] }, webcrypto.subtle);
        if (w.exit !== 2) fail(`the key "${key}": ${w.said}`);
    }
    console.log(`# ${count} mutated policies`);
});

test("without a signature check nothing is said to be checked", async () => {
    const w = await verify(module, given(pair.files["bundle"], { vkeys: ["log.vkey"] }), null);
    if (w.signatures !== null || w.exit !== 0) fail(JSON.stringify(w));
});

test("one signature that does not hold is enough for a no", async () => {
    const subtle = { importKey: async () => 0, verify: async () => false };
    const w = await verify(module, given(pair.files["checkpoint"], { vkeys: ["log.vkey"] }), subtle);
    if (w.exit !== 1 || !w.said.includes("does not verify")) fail(JSON.stringify(w));
});

test("what is too large or one key too many is refused, not cut", async () => {
    const large = new Uint8Array(BYTES_MAX + 1);
    const w = await verify(module, { file: large, keys: [] }, null);
    if (w.exit !== 2 || !w.said.includes("too large")) fail(JSON.stringify(w));
    const keys = Array.from({ length: 80 }, () => pair.key("log.vkey"));
    const many = await verify(module, { file: pair.files["checkpoint"], keys }, webcrypto.subtle);
    if (many.exit !== 2 || !many.said.includes("too many keys")) fail(JSON.stringify(many));
});

await runTestsInTurn(tests);
pair.done();
