// SPDX-License-Identifier: Apache-2.0
/*
 * page.mjs: the page around verify.wasm. tools/verify_page puts it, host.mjs and the bytes of
 * verify.wasm (as WASM, gzip) into one script. Whatever a file says is shown as text, never as markup.
 */
import { BYTES_MAX, canCheckSignatures, verify } from "./host.mjs";

const at = (id) => document.getElementById(id);
const NAMES = ["file", "policy", "entry", "old"];
const chosen = {}; // name to {name, bytes}
const entries = new Map(); // of the log, path to File: read when they are needed

/** The path of a public file within the folder that "candor log export" writes, or null. */
const publicPath = (path) => /(?:^|\/)((?:tile|counters)\/[\dx/.pentris]+|checkpoint)$/.exec(path)?.[1] ?? null;

/** What a dropped file is for, by its first bytes. */
function purposeOf(bytes) {
    const text = new TextDecoder().decode(bytes.subarray(0, 64 * 1024));
    if (/^(candor\/(bundle|count|consistency-proof)@v1|c2sp\.org\/tlog-proof@v1)\n/.test(text)) return "file";
    if (/^\s*quorum /m.test(text)) return "policy";
    if (/^(vkey: )?[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+\s*$/.test(text.trim())) return "keys";
    if (/\n\n\u2014 /.test(text)) return chosen.file || at("text").value ? "old" : "file";
    return "entry";
}

/** The foreign text without what could change how the rest of the page reads. */
const tame = (text) => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

function element(name, text, parent) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = tame(text);
    if (parent) parent.append(made);
    return made;
}

function take(name, file, bytes) {
    if (name === "keys") {
        at("keys").value = `${at("keys").value}\n${new TextDecoder().decode(bytes)}`.trim();
        return;
    }
    chosen[name] = { name: file.name, bytes };
    if (name === "file") at("text").value = "";
    const shown = at(name).files[0] === file; // beside the button already
    if (!shown) at(name).value = "";
    at(`${name}-has`).textContent = tame(`${shown ? "" : `${file.name}, `}${bytes.length} bytes`);
}

async function read(file) {
    if (file.size > BYTES_MAX) throw new Error(`${file.name}: too large, at most ${BYTES_MAX} bytes`);
    return new Uint8Array(await file.arrayBuffer());
}

/** Takes what of these files belongs to a log; gives the others. */
function takePublic(files) {
    const others = [];
    for (const [path, file] of files) {
        const own = path.includes("/") ? publicPath(path) : null;
        if (own === null) others.push(file);
        else entries.set(own, file);
    }
    at("public-has").textContent = entries.size > 0 ? `${entries.size} files of a log` : "";
    return others;
}

/** The files of an entry of a drop, with their paths: a folder has many. */
async function* within(entry) {
    if (entry.isFile) {
        yield [entry.fullPath.replace(/^\//, ""), await new Promise((done, fail) => entry.file(done, fail))];
        return;
    }
    const reader = entry.createReader();
    for (;;) { // a reader gives a part of a folder at a time
        const some = await new Promise((done, fail) => reader.readEntries(done, fail));
        if (some.length === 0) return;
        for (const one of some) yield* within(one);
    }
}

async function dropped(transfer) {
    const roots = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
    if (!roots.some((root) => root?.isDirectory)) return [...transfer.files];
    const files = [];
    for (const root of roots) if (root) for await (const found of within(root)) files.push(found);
    return takePublic(files);
}

async function takeDropped(files) {
    const all = [];
    for (const file of files) all.push([file, await read(file)]);
    // proofs before checkpoints, so that a checkpoint beside a proof is one that the reader kept
    all.sort(([, a], [, b]) => (purposeOf(b) === "file") - (purposeOf(a) === "file"));
    for (const [file, bytes] of all) take(purposeOf(bytes), file, bytes);
    if (chosen.file) await check();
}

function list(title, lines, parent) {
    if (lines.length === 0) return;
    element("h3", title, parent);
    const ul = element("ul", undefined, parent);
    for (const line of lines) element("li", line, ul);
}

/** Names and values; the many fields that stay hidden in one row. */
function showFacts(facts, unchecked, parent) {
    const dl = element("dl", undefined, parent);
    const hidden = facts.filter((f) => f.name === "hidden").map((f) => f.value);
    const rows = facts.filter((f) => f.name !== "hidden");
    if (hidden.length > 0) rows.push({ name: "hidden", value: hidden.join(", ") });
    for (const { name, value } of rows) {
        element("dt", unchecked && name.endsWith("signed by") ? `says it is ${name}` : name, dl);
        element("dd", value, dl);
    }
}

/** How an answer is called, by the exit status of candor-verify, and how it looks. */
function verdictOf(result, said) {
    if (result.exit === 0 && result.signatures === null) return ["Not verified: signatures are not checked here", "unsure"];
    if (result.exit === 0) return [`Verified: ${said.kind}`, "good"];
    if (result.exit === 1) return [said.refuted ? "Refuted: evidence proves it to be false" : "Does not verify", "bad"];
    return result.exit === 2 ? ["Cannot be checked", "unsure"] : ["The verifier failed", "unsure"];
}

function show(result) {
    const answer = at("answer"), said = JSON.parse(result.said), unchecked = result.signatures === null;
    const [title, look] = verdictOf(result, said);
    answer.replaceChildren();
    answer.className = look;
    element("h2", title, answer);
    if (said.error) element("p", said.error, answer);
    if (said.verified) {
        if (unchecked) {
            element("p", "This browser, or the way in which this page was opened, cannot check Ed25519 signatures. Without " +
                "them nothing is proven: anybody could have written this file. Everything else in it holds together.", answer);
        }
        showFacts(said.facts, unchecked, answer);
        list(unchecked ? "What would be proven if the signatures hold" : "What is proven", said.proven, answer);
        list("What is not proven", said.not_proven, answer);
        list("Warnings", said.warnings, answer);
    }
    answer.focus();
}

const packed = new Blob([Uint8Array.from(atob(WASM), (c) => c.charCodeAt(0))]);
const engine = new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
    .then((bytes) => WebAssembly.compile(bytes));

/** The bytes of the log's files, where any were chosen. */
async function publicFiles() {
    if (entries.size === 0) return undefined;
    const all = new Map();
    for (const [path, file] of entries) all.set(path, await read(file));
    return all;
}

async function check() {
    const subtle = await canCheckSignatures(globalThis.crypto?.subtle) ? globalThis.crypto.subtle : null;
    const typed = at("text").value;
    const given = { keys: at("keys").value.split("\n").map((l) => l.replace(/^\s*vkey:/, "").trim()).filter((l) => l !== "") };
    for (const name of NAMES) given[name] = chosen[name]?.bytes;
    if (typed !== "") given.file = new TextEncoder().encode(typed.replace(/\n*$/, "\n"));
    given.public = await publicFiles();
    if (given.public) given.how = at("segment").checked ? "segment" : "recount";
    at("signatures").textContent = subtle ? "it can do that." : "it cannot do that here.";
    try {
        if (!given.file) throw new Error("there is nothing to check yet: choose a file or paste its text");
        show(await verify(await engine, given, subtle));
    } catch (e) {
        show({ exit: e instanceof WebAssembly.RuntimeError ? 3 : 2, said: JSON.stringify({ verified: false, error: String(e.message) }) });
    }
}

const failing = (promise) => promise.catch((e) => show({ exit: 2, said: JSON.stringify({ verified: false, error: e.message }) }));

for (const name of NAMES) {
    at(name).addEventListener("change", (event) => {
        const [file] = event.target.files;
        if (file) failing(read(file).then((bytes) => take(name, file, bytes)));
    });
}
at("public").addEventListener("change", (event) => {
    entries.clear();
    const others = takePublic([...event.target.files].map((file) => [file.webkitRelativePath, file]));
    if (entries.size === 0) at("public-has").textContent = `no file of a log among ${others.length}`;
});
at("text").addEventListener("input", () => {
    delete chosen.file;
    at("file").value = "";
    at("file-has").textContent = "";
});
at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    failing(check());
});
at("form").addEventListener("reset", () => {
    for (const name of NAMES) {
        delete chosen[name];
        at(`${name}-has`).textContent = "";
    }
    entries.clear();
    at("public-has").textContent = "";
    at("answer").replaceChildren();
});
for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
        event.preventDefault();
        at("drop").classList.toggle("over", kind === "dragover");
        if (kind === "drop") failing(dropped(event.dataTransfer).then(takeDropped));
    });
}
