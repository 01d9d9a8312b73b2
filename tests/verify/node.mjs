// SPDX-License-Identifier: Apache-2.0
/*
 * Both verifiers over the files of a real log: node.mjs BUILD [STEP]. The program makes the node, appends,
 * summarises and proves; every STEP-th byte of each file is changed. Prints TAP.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Pair, mutations, runTestsInTurn } from "./pair.mjs";

const build = process.argv[2], step = Number(process.argv[3] ?? "1");
const pair = new Pair(build);
const node = join(pair.folder, "node");
const candor = (args, input) => execFileSync(join(build, "src/cmd/candor"), args, { input });
const put = (name, bytes) => writeFileSync(join(pair.folder, name), bytes);

const event = (i) => JSON.stringify({ kind: "event", time: `2025-0${1 + i % 3}-01T00:00:0${i}Z`,
                                      source: "test", actor: `user ${i}`, raw: `event ${i} ä\n` });

function makeNode() {
    put("log.vkey", candor(["init", node, "--origin", "example.com/real", "--market", "DE"]));
    put("old-head", candor(["log", "head", node]));
    const first = candor(["append", node], [0, 1, 2, 3, 4].map(event).join("\n"));
    const index = String(JSON.parse(first.toString().split("\n")[2]).index);
    candor(["log", "summarise", node]);
    put("head", candor(["log", "head", node]));
    put("entry", candor(["log", "entry", node, index]));
    put("inclusion", candor(["log", "prove", node, index]));
    put("middle", candor(["log", "head", node]));
    candor(["append", node], event(5));
    put("consistency-older", candor(["log", "consistency", node, "7", "--new", join(pair.folder, "middle")]));
    put("consistency", candor(["log", "consistency", node, "7"]));
    put("count", candor(["log", "count", node, "event", "--prove"]));
    put("count-month", candor(["log", "count", node, "event", "--from", "2025-02", "--to", "2025-02",
                               "--prove"]));
    put("count-none", candor(["log", "count", node, "enforcement", "--prove"]));
    pair.load();
}

makeNode();
const reader = { vkeys: ["log.vkey"] };
const CASES = [
    ["head", reader],
    ["inclusion", { ...reader, entry: "entry" }],
    ["consistency", reader],
    ["consistency-older", reader],
    ["count", reader],
    ["count-month", reader],
    ["count-none", reader],
];

const tests = CASES.map(([name, r]) => [`both verify ${name}`, () => {
    if (pair.agree(pair.files[name], r, name) !== 0) throw new Error("refused");
}]);

tests.push(["the figures are right", () => {
    const figure = (name) => pair.verdictOfNode(pair.files[name], reader).answer.facts
        .find((f) => f.name === "count").value;
    const figures = ["count", "count-month", "count-none"].map(figure).join(" ");
    if (figures !== "5 2 0") throw new Error(figures);
}]);

/* What the name of a kind is, is known to the C program alone. */
for (const [name, r] of CASES) {
    tests.push([`both judge every mutation of ${name} alike`, () => {
        let count = 0, accepted = 0;
        const original = pair.files[name];
        const nameLine = original.indexOf("\nkind ") + 1;
        for (const [what, bytes] of mutations(original, step)) {
            const at = [...bytes].findIndex((b, i) => b !== original[i]);
            if (nameLine > 0 && at >= nameLine && at < original.indexOf("\nwhere")) continue;
            accepted += pair.agree(bytes, r, `${name}, ${what}`, true) === 0;
            count++;
        }
        console.log(`# ${count} mutations, ${accepted} of them still verify`);
    }]);
}

await runTestsInTurn(tests);
pair.done();
