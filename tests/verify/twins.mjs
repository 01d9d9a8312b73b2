// SPDX-License-Identifier: Apache-2.0
/*
 * Two verifiers that share nothing, candor-verify and tools/verify.mjs, read the same good and
 * mutated files and must come to the same verdict. twins.mjs BUILD [STEP]: every STEP-th byte of each
 * file is changed (1: all). Prints TAP.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { leafHash, nodeHash, includes, extends_ } from "../../tools/verify.mjs";
import { CASES, Pair, mutations, runTestsInTurn } from "./pair.mjs";

const build = process.argv[2], step = Number(process.argv[3] ?? "1");
const pair = new Pair(build);
execFileSync(join(build, "tests/verify/make_sample"), [pair.folder]);
pair.load();

const tests = [];
const test = (name, run) => tests.push([name, run]);

for (const [name, reader] of CASES) {
    test(`both judge ${name} alike with ${JSON.stringify(reader)}`, () => {
        pair.agree(pair.files[name], reader, name);
    });
}

for (const [name, reader] of [CASES[3], CASES[4], CASES[9], CASES[13], CASES.find(([name]) => name === "text-note")]) {
    test(`both judge every mutation of ${name} alike with ${JSON.stringify(reader)}`, () => {
        let count = 0, accepted = 0;
        for (const [what, bytes] of mutations(pair.files[name], step)) {
            accepted += pair.agree(bytes, reader, `${name}, ${what}`) === 0;
            count++;
        }
        console.log(`# ${count} mutations, ${accepted} of them still verify`);
    });
}

/* A bundle carries its own schema row. candor-verify wants the one that it knows; verify.mjs knows none
 * and says so: of the row, only what changes its meaning for the hashes is judged alike. */
for (const name of ["bundle", "wide-bundle"]) {
    test(`both judge every mutation of ${name} alike, but for words of its schema`, () => {
        const original = pair.files[name], reader = { policy: "policy" };
        const start = original.indexOf("\n\ncandor/schema@v1\n");
        const end = original.indexOf("\n\nc2sp.org/tlog-proof@v1\n");
        let count = 0, accepted = 0, own = 0;
        for (const [what, bytes] of mutations(original, step)) {
            const at = bytes.findIndex((b, i) => b !== original[i]);
            count++;
            if (at < start || at > end) {
                accepted += pair.agree(bytes, reader, `${name}, ${what}`, true) === 0;
                continue;
            }
            if (pair.verdictOfC(bytes, reader).exit === 0) throw new Error(`${what} is accepted`);
            const twin = pair.verdictOfNode(bytes, reader);
            own += twin.exit === 0;
            if (twin.exit === 0 && !twin.answer.notProven.some((t) => t.startsWith("what the fields"))) {
                throw new Error(`${what}: verify.mjs does not say whose words the names are`);
            }
        }
        console.log(`# ${count} mutations, ${accepted} still verify, ${own} of the schema for verify.mjs`);
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

await runTestsInTurn(tests);
pair.done();
