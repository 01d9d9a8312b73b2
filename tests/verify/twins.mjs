// SPDX-License-Identifier: Apache-2.0
/*
 * Two verifiers that share nothing, candor-verify and tools/verify.mjs, read the same good and
 * mutated files and must come to the same verdict. twins.mjs BUILD [STEP]: every STEP-th byte of each
 * file is changed (1: all). Prints TAP.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyFile, leafHash, nodeHash, includes, extends_ } from "../../tools/verify.mjs";

const build = process.argv[2], step = Number(process.argv[3] ?? "1");
const folder = mkdtempSync(join(tmpdir(), "candor-twins-"));
execFileSync(join(build, "tests/verify/make_sample"), [folder]);
const sample = Object.fromEntries(readdirSync(folder).map((n) => [n, readFileSync(join(folder, n))]));
const key = (name) => sample[`${name}.vkey`].toString();

/** What a reader may hold, and the file that it is for. */
const CASES = [
    ["checkpoint", { vkeys: ["log"] }],
    ["checkpoint", { vkeys: ["w1"] }],
    ["checkpoint", { vkeys: ["w3"] }],
    ["checkpoint", { vkeys: ["log", "log", "w1", "w2", "w3"] }],
    ["checkpoint", { policy: "policy" }],
    ["checkpoint", { policy: "strict-policy" }],
    ["checkpoint", {}],
    ["old-checkpoint", { vkeys: ["log"] }],
    ["inclusion", { vkeys: ["log"], entry: "entry" }],
    ["inclusion", { policy: "policy", entry: "entry" }],
    ["inclusion", { vkeys: ["log"], entry: "other-entry" }],
    ["inclusion", { vkeys: ["log"] }],
    ["consistency", { vkeys: ["log"] }],
    ["consistency", { policy: "policy", old: "old-checkpoint" }],
    ["consistency", { vkeys: ["log"], old: "checkpoint" }],
    ["consistency", { vkeys: ["log"], old: "entry" }],
    ["text-note", { vkeys: ["log"] }],
    ["text-note", { vkeys: ["w1"] }],
];

function verdictOfC(bytes, reader) {
    const path = join(folder, "under-test");
    writeFileSync(path, bytes);
    const args = [path, "--json"];
    for (const name of reader.vkeys ?? []) args.push("--vkey", key(name));
    for (const option of ["policy", "entry", "old"]) {
        if (reader[option] !== undefined) args.push(`--${option}`, join(folder, reader[option]));
    }
    const run = spawnSync(join(build, "src/cmd/candor-verify"), args, { encoding: "utf8" });
    if (run.status === null) throw new Error(`candor-verify ended by ${run.signal}`);
    if (run.status !== 0 && run.stderr.trim() === "") throw new Error("a refusal without a reason");
    return { exit: run.status, said: run.stdout };
}

function verdictOfNode(bytes, reader) {
    const given = { vkeys: (reader.vkeys ?? []).map(key) };
    for (const option of ["policy", "entry", "old"]) given[option] = sample[reader[option]];
    try {
        return { exit: 0, answer: verifyFile(bytes, given) };
    } catch (e) {
        if (e.exit === undefined) throw e;
        return { exit: e.exit, why: e.message };
    }
}

function agree(bytes, reader, what) {
    const c = verdictOfC(bytes, reader), node = verdictOfNode(bytes, reader);
    if (c.exit !== node.exit) {
        throw new Error(`${what}: candor-verify ${c.exit}, verify.mjs ${node.exit}: ${c.said} ${node.why}`);
    }
    if (c.exit === 0) {
        const said = JSON.parse(c.said);
        // The C program also says what the columns of an entry mean; verify.mjs knows no schemas.
        const facts = said.facts.filter((f) => !["kind", "time", "column"].includes(f.name));
        const same = said.kind === node.answer.kind &&
            JSON.stringify(facts) === JSON.stringify(node.answer.facts);
        if (!same) throw new Error(`${what}: two answers: ${c.said}`);
    }
    return c.exit;
}

/** Every way in which a file is mutated: [description, bytes]. */
function* mutations(bytes) {
    for (let at = 0; at < bytes.length; at += step) {
        const changed = Buffer.from(bytes);
        changed[at] ^= 1 << (at / step | 0) % 8;
        yield [`bit ${(at / step | 0) % 8} of byte ${at}`, changed];
    }
    const lines = bytes.toString("latin1").split("\n");
    const joined = (l) => Buffer.from(l.join("\n"), "latin1");
    for (let i = 0; i < lines.length; i++) {
        yield [`without line ${i + 1}`, joined(lines.toSpliced ? lines.toSpliced(i, 1)
            : [...lines.slice(0, i), ...lines.slice(i + 1)])];
        yield [`line ${i + 1} twice`, joined([...lines.slice(0, i), lines[i], ...lines.slice(i)])];
        yield [`cut before line ${i + 1}`, joined([...lines.slice(0, i), ""])];
        yield [`CR at line ${i + 1}`, joined([...lines.slice(0, i), lines[i] + "\r",
                                            ...lines.slice(i + 1)])];
        yield [`a space at line ${i + 1}`, joined([...lines.slice(0, i), lines[i] + " ",
                                                  ...lines.slice(i + 1)])];
        if (i > 0) {
            yield [`lines ${i} and ${i + 1} swapped`,
                   joined([...lines.slice(0, i - 1), lines[i], lines[i - 1], ...lines.slice(i + 1)])];
        }
    }
    yield ["empty", Buffer.alloc(0)];
    yield ["with a byte more", Buffer.concat([bytes, Buffer.from("x")])];
    yield ["with a byte that is no text", Buffer.concat([bytes, Buffer.from([0xff, 0x0a])])];
}

const tests = [];
const test = (name, run) => tests.push([name, run]);

for (const [name, reader] of CASES) {
    test(`both judge ${name} alike with ${JSON.stringify(reader)}`, () => {
        agree(sample[name], reader, name);
    });
}

for (const [name, reader] of [CASES[3], CASES[4], CASES[9], CASES[13], CASES[16]]) {
    test(`both judge every mutation of ${name} alike with ${JSON.stringify(reader)}`, () => {
        let count = 0, accepted = 0;
        for (const [what, bytes] of mutations(sample[name])) {
            accepted += agree(bytes, reader, `${name}, ${what}`) === 0;
            count++;
        }
        console.log(`# ${count} mutations, ${accepted} of them still verify`);
    });
}

test("the recursive definitions of the twin agree with their own proofs for all sizes up to 40", () => {
    const leaves = Array.from({ length: 40 }, (_, i) => leafHash(Buffer.from([i])));
    const split = (n) => { let k = 1; while (k * 2 < n) k *= 2; return k; };
    const root = (l) => l.length === 1 ? l[0]
        : nodeHash(root(l.slice(0, split(l.length))), root(l.slice(split(l.length))));
    const path = (i, l) => {
        if (l.length === 1) return [];
        const k = split(l.length);
        return i < k ? [...path(i, l.slice(0, k)), root(l.slice(k))]
            : [...path(i - k, l.slice(k)), root(l.slice(0, k))];
    };
    const proof = (m, l, whole) => {
        if (m === l.length) return whole ? [] : [root(l)];
        const k = split(l.length);
        return m <= k ? [...proof(m, l.slice(0, k), whole), root(l.slice(k))]
            : [...proof(m - k, l.slice(k), false), root(l.slice(0, k))];
    };
    for (let n = 1; n <= leaves.length; n++) {
        const l = leaves.slice(0, n), r = root(l);
        for (let m = 1; m <= n; m++) {
            const good = includes(BigInt(m - 1), BigInt(n), l[m - 1], path(m - 1, l), r) &&
                extends_(BigInt(m), BigInt(n), root(l.slice(0, m)), r, proof(m, l, true));
            if (!good) throw new Error(`leaf ${m - 1} of ${n}`);
        }
    }
});

console.log(`1..${tests.length}`);
let failed = 0;
tests.forEach(([name, run], i) => {
    try {
        run();
        console.log(`ok ${i + 1} - ${name}`);
    } catch (e) {
        failed++;
        console.log(`not ok ${i + 1} - ${name}`);
        for (const line of String(e.stack).split("\n")) console.log(`# ${line}`);
    }
});
rmSync(folder, { recursive: true });
process.exitCode = failed > 0 ? 1 : 0;
