// SPDX-License-Identifier: Apache-2.0
/*
 * The second verifier for many reports in one process: each line of standard input is
 * {"out": FOLDER, "public": FOLDER, "vkeys": [KEY]}, each line of output its verdict.
 */
import { createInterface } from "node:readline";
import { verifyFolders } from "../../tools/verify_report.mjs";

for await (const line of createInterface({ input: process.stdin })) {
    const { out, public: log, vkeys } = JSON.parse(line);
    let said;
    try {
        const answer = verifyFolders(out, log, { vkeys });
        said = { exit: 0, facts: answer.facts, proven: answer.proven, not_proven: answer.notProven };
    } catch (e) {
        said = { exit: e.exit ?? 3, error: e.message };
    }
    console.log(JSON.stringify(said));
}
