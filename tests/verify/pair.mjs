// SPDX-License-Identifier: Apache-2.0
/*
 * pair.mjs: what the tests of the two verifiers share: running both over the same bytes, comparing their
 * verdicts, mutating files, TAP. A reader is {vkeys: [file], policy, entry, old: file}, all by name in
 * the folder of the pair.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyFile } from "../../tools/verify.mjs";

/** Facts that only the C program can give: it knows the schemas of candor. */
const OF_SCHEMAS = ["kind", "time", "column", "field", "hidden", "question"];

/** What a reader may hold, and the file that it is for. */
export const CASES = [
    ["checkpoint", { vkeys: ["log.vkey"] }],
    ["checkpoint", { vkeys: ["w1.vkey"] }],
    ["checkpoint", { vkeys: ["w3.vkey"] }],
    ["checkpoint", { vkeys: ["log.vkey", "log.vkey", "w1.vkey", "w2.vkey", "w3.vkey"] }],
    ["checkpoint", { policy: "policy" }],
    ["checkpoint", { policy: "strict-policy" }],
    ["checkpoint", {}],
    ["old-checkpoint", { vkeys: ["log.vkey"] }],
    ["inclusion", { vkeys: ["log.vkey"], entry: "entry" }],
    ["inclusion", { policy: "policy", entry: "entry" }],
    ["inclusion", { vkeys: ["log.vkey"], entry: "other-entry" }],
    ["inclusion", { vkeys: ["log.vkey"] }],
    ["consistency", { vkeys: ["log.vkey"] }],
    ["consistency", { policy: "policy", old: "old-checkpoint" }],
    ["consistency", { vkeys: ["log.vkey"], old: "checkpoint" }],
    ["consistency", { vkeys: ["log.vkey"], old: "entry" }],
    ["bundle", { vkeys: ["log.vkey"] }],
    ["wide-bundle", { policy: "policy" }],
    ["bundle", { vkeys: ["w3.vkey"] }],
    ["text-note", { vkeys: ["log.vkey"] }],
    ["text-note", { vkeys: ["w1.vkey"] }],
];

export class Pair {
    constructor(build) {
        this.build = build;
        this.folder = mkdtempSync(join(tmpdir(), "candor-pair-"));
    }

    /** Reads the files that were put into the folder. */
    load() {
        const names = readdirSync(this.folder, { withFileTypes: true }).filter((e) => e.isFile());
        this.files = Object.fromEntries(names.map((e) => [e.name, readFileSync(join(this.folder, e.name))]));
    }

    done() {
        rmSync(this.folder, { recursive: true });
    }

    /** Puts one of the files, changed since, back into the folder. */
    write(name) {
        writeFileSync(join(this.folder, name), this.files[name]);
    }

    key(name) {
        return this.files[name].toString().replace("vkey: ", "").trim();
    }

    verdictOfC(bytes, reader) {
        const path = join(this.folder, "under-test");
        writeFileSync(path, bytes);
        const args = [path, "--json"];
        for (const name of reader.vkeys ?? []) args.push("--vkey", this.key(name));
        for (const option of ["policy", "entry", "old"]) {
            if (reader[option] !== undefined) args.push(`--${option}`, join(this.folder, reader[option]));
        }
        const program = join(this.build, "src/cmd/candor-verify");
        const run = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
        if (run.status === null) throw new Error(`candor-verify ended by ${run.signal}`);
        if (run.status !== 0 && run.stderr.trim() === "") throw new Error("a refusal without a reason");
        return { exit: run.status, said: run.stdout, err: run.stderr };
    }

    verdictOfNode(bytes, reader) {
        const given = { vkeys: (reader.vkeys ?? []).map((name) => this.key(name)) };
        for (const option of ["policy", "entry", "old"]) given[option] = this.files[reader[option]];
        try {
            return { exit: 0, answer: verifyFile(bytes, given) };
        } catch (e) {
            if (e.exit === undefined) throw e;
            return { exit: e.exit, why: e.message };
        }
    }

    /** Throws if the two disagree; gives the exit status. lenient: 1 and 2 are both a refusal. */
    agree(bytes, reader, what, lenient = false) {
        const c = this.verdictOfC(bytes, reader), node = this.verdictOfNode(bytes, reader);
        const same = lenient ? (c.exit === 0) === (node.exit === 0) : c.exit === node.exit;
        if (!same) {
            throw new Error(`${what}: candor-verify ${c.exit}, verify.mjs ${node.exit}: ${c.said} ${node.why}`);
        }
        if (c.exit !== 0) return c.exit;
        const said = JSON.parse(c.said);
        const bare = (facts) => JSON.stringify(facts.filter((f) => !OF_SCHEMAS.includes(f.name)));
        if (said.kind !== node.answer.kind || bare(said.facts) !== bare(node.answer.facts)) {
            throw new Error(`${what}: two answers: ${c.said} ${JSON.stringify(node.answer)}`);
        }
        return 0;
    }
}

/** Every way in which a file is mutated: [description, bytes]. */
export function* mutations(bytes, step) {
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

/** Runs [[name, function]…] one after the other, waiting for each, and prints TAP. */
export async function runTestsInTurn(tests) {
    console.log(`1..${tests.length}`);
    for (const [i, [name, run]] of tests.entries()) {
        try {
            const skipped = await run();
            console.log(`ok ${i + 1} - ${name}${skipped ? ` # SKIP ${skipped}` : ""}`);
        } catch (e) {
            process.exitCode = 1;
            console.log(`not ok ${i + 1} - ${name}`);
            for (const line of String(e.stack).split("\n")) console.log(`# ${line}`);
        }
    }
}
