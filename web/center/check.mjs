// SPDX-License-Identifier: Apache-2.0
/*
 * check.mjs: "check it here" on the pages of a report. It fetches the files of the report and holds
 * them against each other and against the log, with the verifier compiled from candor's own source.
 * Without it the page says everything that it says with it.
 */
import { BYTES_MAX, canCheckSignatures, verify } from "./host.mjs";

const place = document.getElementById("check-here");

function element(name, text, parent) {
    const made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
}

async function load(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes.length > BYTES_MAX) throw new Error(`${path}: too large`);
    return bytes;
}

const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Whether the bytes of a part stand in others. */
function contains(whole, part) {
    for (let at = 0; at + part.length <= whole.length; at++) {
        if (part.every((byte, i) => whole[at + i] === byte)) return true;
    }
    return false;
}

/** The line of a cell in cells.csv; its words hold no comma. */
function numberOf(cells, name) {
    const [head, ...lines] = cells.split(/\r?\n/);
    const column = (...names) => names.map((n) => head.split(",").indexOf(n)).find((at) => at >= 0);
    const [figure, first, second, value] =
        [column("figure"), column("value_1"), column("value_2"), column("count", "value")];
    for (const line of lines.map((l) => l.split(","))) {
        const words = [line[figure], line[first], line[second]].filter((word) => word);
        if (words.join("/") === name) return line[value];
    }
    return undefined;
}

/** Each step gives what it found out, or throws. */
const STEPS = [
    ["The record of this report is in the log, and the log's key signed its head", async (has) => {
        const subtle = await canCheckSignatures(crypto.subtle) ? crypto.subtle : null;
        if (!subtle) throw new Error("this browser cannot check Ed25519 signatures");
        const [proof, entry, wasm] = await Promise.all([load(`${has.base}proof`), load(`${has.base}entry`),
                                                        load("/verify.wasm")]);
        has.entry = entry;
        const result = await verify(await WebAssembly.compile(wasm), { file: proof, entry, keys: [has.key] }, subtle);
        if (result.exit !== 0) throw new Error(JSON.parse(result.said).error);
    }],
    ["The record names this manifest by its hash", async (has) => {
        const manifest = await load(`${has.base}manifest`);
        if (!contains(has.entry, await sha256(manifest))) throw new Error("it names another one");
        has.manifest = new TextDecoder().decode(manifest);
    }],
    ["The manifest names this file of numbers by its hash", async (has) => {
        const cells = await load(`${has.base}cells.csv`);
        if (!has.manifest.includes(`file cells.csv ${hex(await sha256(cells))}\n`)) throw new Error("it names another one");
        has.cells = new TextDecoder().decode(cells);
    }],
    ["The file of numbers says what this page says", async (has) => {
        const number = has.cell === "" ? has.value : numberOf(has.cells, has.cell);
        if (number !== has.value) throw new Error(`it says ${number}, the page says ${has.value}`);
    }],
];

async function check(list, status) {
    const has = { ...place.dataset };
    list.replaceChildren();
    status.textContent = "Checking …";
    for (const [what, step] of STEPS) {
        if (has.cell === "" && step === STEPS[3][1]) continue;
        const item = element("li", what, list);
        try {
            await step(has);
            item.textContent = `Holds: ${what}.`;
        } catch (e) {
            item.textContent = `Does not hold: ${what}: ${e.message}.`;
            status.textContent = "Something does not hold.";
            return;
        }
    }
    status.textContent = "All of it holds. What was counted, candor report verify counts again.";
}

if (place && globalThis.WebAssembly && globalThis.crypto?.subtle) {
    const button = element("button", "Check it here", place);
    button.type = "button";
    const status = element("p", "", place);
    status.setAttribute("role", "status");
    const list = element("ol", "", place);
    button.addEventListener("click", () => check(list, status));
    place.hidden = false;
}
