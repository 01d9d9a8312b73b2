// SPDX-License-Identifier: Apache-2.0
/*
 * verify_report.mjs: the second verifier for whole transparency reports, docs/formats/report.md, in
 * plain Node: the columns are what the schema records of the log say, the figures what the published
 * definitions.txt says. "node tools/verify.mjs report OUT --vkey KEY --recount PUBLIC" ends here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Answer, COLUMN_WIDTHS, Lines, U64_MAX, checkpointOf, decimal, invalid, latin1, leafHash, leafOf,
         malformed, nodeHash, parseBody, parseCheckpoint, parseNote, parseSchema, readTrust, sha256, shown, splitEntry } from "./verify.mjs";

const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const REPORT_FILES = ["cells.csv", "report.json", "report.html", "definitions.txt"];
const CLASSES_MAX = 1 << 18, MONTH_CLOSES_S = 7 * 86400;
const SCHEMA_KIND = 20, SUMMARY_KIND = 26, REPORT_KIND = 29;

const linesOf = (text, what) => text.endsWith("\n") ? text.slice(0, -1).split("\n")
    : malformed(`${what}: does not end in a newline`);

/** {period, origin, size, root, …, definitions: [[id, hash]], files: [[name, hash]]} */
function parseManifest(text) {
    const m = { definitions: [], files: [], suppressed: 0n };
    const [first, ...lines] = linesOf(text, "manifest");
    if (first !== "candor/report@v1") malformed("manifest, line 1: unknown format");
    lines.forEach((line, i) => {
        const [key, value, hex, ...more] = line.split(" ");
        const isHash = /^[0-9a-f]{64}$/.test(hex ?? value ?? "") && more.length === 0;
        if (key === "origin") m.origin = line.slice("origin ".length);
        else if (key === "period" && hex === undefined) m.period = value;
        else if (key === "root" && hex === undefined && isHash) m.root = Buffer.from(value, "hex");
        else if (key === "definition" && hex !== undefined && isHash) m.definitions.push([value, hex]);
        else if (key === "file" && hex !== undefined && isHash && FILE_NAME.test(value)) m.files.push([value, hex]);
        else if (["size", "counted", "opened", "declared", "suppressed", "late", "uncounted"].includes(key) && hex === undefined) {
            m[key] = decimal(value ?? "", U64_MAX) ?? malformed(`manifest, line ${i + 2}: not a number`);
        } else malformed(`manifest, line ${i + 2}: not a line of a manifest`);
    });
    const period = /^(20[0-9]{2})(?:-H([12]))?$/.exec(m.period ?? "");
    if (period === null || !m.origin || m.root === undefined) malformed("manifest: is not whole");
    m.first = (Number(period[1]) - 1970) * 12 + (period[2] === "2" ? 6 : 0);
    m.last = m.first + (period[2] === undefined ? 12 : 6) - 1;
    return m;
}

/** Splits definitions.txt; what a figure counts is taken from its text alone. */
function parseDefinitions(text) {
    const seen = new Set();
    return (text === "" ? [] : text.replace(/\n$/, "").split("\n\n")).map((block) => {
        const lines = block.split("\n");
        const id = /^id ([a-z0-9_]+)$/.exec(lines[1] ?? "")?.[1];
        if (lines[0] !== "candor/figure@v1" || id === undefined) malformed("definitions.txt: not a definition");
        if (seen.has(id)) malformed(`definitions.txt: figure ${id} is there twice`);
        seen.add(id);
        const d = { id, hash: sha256(Buffer.from(`${block}\n`, "latin1")).toString("hex"), counts: null };
        const divides = /^divides ([a-z0-9_]+) by ([a-z0-9_]+)$/.exec(lines[2] ?? "");
        if (divides !== null) return { ...d, part: divides[1], whole: divides[2], by: lines[3]?.split(" ").slice(1) };
        const counts = /^(counts|opens) ([a-z_]+) version ([0-9]+)$/.exec(lines[2] ?? "");
        const bad = counts === null || lines.length < 7 || !/^where ./.test(lines[3]) || !/^by ./.test(lines[4]);
        if (bad) malformed(`definitions.txt: figure ${id}: not a definition`);
        d.opened = counts[1] === "opens";
        if (d.opened && lines[5] !== "measure count") return d; // for an auditor alone
        d.counts = { kind: counts[2], version: Number(counts[3]) };
        d.where = lines[3].split(" ").slice(1).map((term) => {
            const [column, values, ...more] = term.split("=");
            if (!values || more.length > 0) malformed(`definitions.txt: figure ${id}: ${term}`);
            return { column, values: values.split("|") };
        });
        d.by = lines[4].split(" ").slice(1);
        return d;
    });
}

/** Columns of a logged schema row: {name, type, offset, values: Map of number to name}. */
function columnsOf(rowText) {
    const row = { text: rowText, columns: [], width: 0 };
    for (const line of linesOf(rowText, "schema")) {
        const [word, a, b, ...more] = line.split(" : ")[0].split(" ");
        if (word === "kind") [row.kind, row.name] = [Number(a), b];
        else if (word === "version") row.version = Number(a);
        else if (word === "column") {
            const values = new Map(more.map((v) => v.split("=")).map(([n, name]) => [Number(n), name]));
            row.columns.push({ name: a, type: b, offset: row.width, values });
            row.width += COLUMN_WIDTHS[b] ?? malformed("schema: unknown column");
        }
    }
    return row;
}

const monthOf = (seconds) => {
    const date = new Date(seconds * 1000), year = date.getUTCFullYear();
    if (year < 2000) return 0;
    return year > 2099 ? 65535 : (year - 1970) * 12 + date.getUTCMonth();
};

/** The spelling of c2sp.org/tlog-tiles. */
function tilePath(n, width) {
    const groups = [String(n % 1000).padStart(3, "0")];
    while ((n = Math.floor(n / 1000)) > 0) groups.unshift(`x${String(n % 1000).padStart(3, "0")}`);
    return `tile/entries/${groups.join("/")}${width < 256 ? `.p/${width}` : ""}`;
}

/** The entries before size: the log may have more by now, and a part of a bundle may be a larger one. */
function* publicEntries(log, size) {
    const head = log("checkpoint") ?? malformed("the public entries have no checkpoint");
    const published = Number(parseCheckpoint(parseNote(latin1(head)).text).size);
    for (let start = 0; start < size; start += 256) {
        const width = Math.min(256, size - start), n = start / 256;
        const grown = Math.max(width, Math.min(256, published - start));
        const bytes = log(tilePath(n, grown)) ?? log(tilePath(n, width)) ?? malformed(`entries ${start} on are not there`);
        let at = 0;
        for (let i = 0; i < width; i++) {
            if (at + 2 > bytes.length) malformed(`entry ${start + i}: cut off`);
            const end = at + 2 + bytes.readUInt16BE(at);
            if (end > bytes.length) malformed(`entry ${start + i}: cut off`);
            yield bytes.subarray(at + 2, end);
            at = end;
        }
    }
}

/** The root of leaves by the definition of MTH in RFC 6962 2.1, the subtrees that are whole at once. */
class Tree {
    constructor() {
        this.stack = [];
    }

    add(leaf) {
        this.stack.push([1, leaf]);
        while (this.stack.length > 1 && this.stack.at(-1)[0] === this.stack.at(-2)[0]) {
            const [count, right] = this.stack.pop(), [, left] = this.stack.pop();
            this.stack.push([2 * count, nodeHash(left, right)]);
        }
    }

    root() {
        return this.stack.length === 0 ? sha256()
            : this.stack.map(([, hash]) => hash).reduceRight((right, left) => nodeHash(left, right));
    }
}

/** Counters by class, month and lateness: {schemas, counters: Map of key to {kind, version, columns, month, flag, count}}. */
function countEntries(log, size, root) {
    const schemas = new Map(), counters = new Map(), tree = new Tree();
    let closed = 0;
    const add = (key, made) => {
        const counter = counters.get(key) ?? { ...made, count: 0n };
        counters.set(key, counter);
        counter.count++;
    };
    for (const entry of publicEntries(log, size)) {
        tree.add(leafHash(entry));
        if (entry.length < 41 || entry[0] !== 1) malformed("an entry that is none");
        const kind = entry[1], version = entry.readUInt16BE(2), time = entry.readUIntBE(4, 5);
        if (kind === SCHEMA_KIND) {
            const row = { kind, version, columnsBytes: 0, body: true, granularity: 1n, fields: [{ id: 1, type: 1 }] };
            const logged = columnsOf(parseBody(splitEntry(entry, row).body, row)[0].value.toString("latin1"));
            schemas.set(`${logged.kind} ${logged.version}`, logged);
        }
        const month = monthOf(time), flag = month < closed ? 1 : 0;
        const columns = entry.subarray(9, 9 + (schemas.get(`${kind} ${version}`)?.width ?? 0));
        const key = `${kind} ${version} ${columns.toString("hex")} ${month} ${flag}`;
        if (counters.has(key) || counters.size < CLASSES_MAX) add(key, { kind, version, columns, month, flag });
        else add(`${kind} overflow`, { kind, version, columns, month: 0, flag: 2 });
        if (kind === SUMMARY_KIND) closed = Math.max(closed, monthOf(time - MONTH_CLOSES_S));
    }
    if (!tree.root().equals(root)) invalid("the public entries are not those of the signed log");
    return { schemas, counters: [...counters.values()] };
}

/** A definition with its words resolved by the schema that the log itself holds. */
function resolve(d, schemas) {
    const schema = [...schemas.values()].find((s) => s.name === d.counts.kind && s.version === d.counts.version);
    if (schema === undefined) malformed(`figure ${d.id}: the log has no ${d.counts.kind} version ${d.counts.version}`);
    const column = (name) => schema.columns.find((c) => c.name === name) ?? malformed(`figure ${d.id}: no column ${name}`);
    const terms = d.where.map((term) => {
        const c = column(term.column);
        const numbers = term.values.map((v) => [...c.values].find(([, name]) => name === v)?.[0] ??
            malformed(`figure ${d.id}: ${term.column} has no ${v}`));
        return c.type === "bits" ? (columns) => numbers.some((n) => (columns[c.offset] >> (n - 1)) & 1)
            : (columns) => numbers.includes(valueOf(c, columns));
    });
    // of an opened count, cells down to the first private split are counted
    const by = d.by.map((name) => d.opened ? schema.columns.find((c) => c.name === name) : column(name));
    const open = by.indexOf(undefined);
    return { schema, by: open < 0 ? by : by.slice(0, open), fits: (columns) => terms.every((fits) => fits(columns)) };
}

const valueOf = (c, columns) => COLUMN_WIDTHS[c.type] === 2 ? columns.readUInt16BE(c.offset) : columns[c.offset];

function valueText(c, value) {
    if (c.type === "choice") return c.values.get(value) ?? "not_stated";
    if (c.type !== "market") return String(value);
    const text = String.fromCharCode(value >> 8, value & 0xff);
    return /^[A-Z0-9]{2}$/.test(text) ? text : "not_stated";
}

/** What each counter of the period gives to a figure, and the columns that it is split by. */
function partsOf(d, manifest, { schemas, counters }) {
    const { schema, by, fits } = resolve(d, schemas);
    return { by, parts: counters.filter((c) => c.kind === schema.kind && c.version === schema.version &&
        c.flag !== 2 && c.month >= manifest.first && c.month <= manifest.last && fits(c.columns)) };
}

const sumOf = (parts) => parts.reduce((n, p) => n + p.count, 0n);
const ascending = (values) => [...new Set(values)].sort((a, b) => a - b);
const listedIn = (column) => column.type === "choice" ? [...column.values.keys()] : [];
const nothing = { value: "", unit: "", late: "", of: "", unknown: "", mark: "", how: "", commitment: "" };

/** A cell with its name and what it is split by. */
const cellOf = (d, by, values, said) => ({
    ...nothing, name: [d.id, ...values.map((v, i) => valueText(by[i], v))].join("/"), figure: d.id,
    by: values.map((_, i) => by[i].name), how: "counted", ...said,
});

/** The cells of a share: a counted figure divided by another, to four places, halves up. */
function sharesOf(d, definitions, manifest, counted) {
    const [part, whole] = [d.part, d.whole].map((id) => definitions.find((one) => one.id === id && one.counts && !one.opened));
    if (!part || !whole || [part, whole].some((one) => one.by[0] !== d.by[0])) {
        malformed(`definitions.txt: figure ${d.id}: what it divides is not counted`);
    }
    const [over, under] = [part, whole].map((one) => partsOf(one, manifest, counted));
    const column = under.by[0];
    const cell = (values) => {
        const [p, w] = [over, under].map(({ parts }) =>
            sumOf(parts.filter((c) => values.every((v) => valueOf(column, c.columns) === v))));
        const tenThousandths = w === 0n ? 0n : (p * 20000n + w) / (2n * w);
        const text = `${tenThousandths / 10000n}.${String(tenThousandths % 10000n).padStart(4, "0")}`;
        return cellOf(d, [column], values, { value: w === 0n ? "" : text, unit: "share", of: String(w),
                                             mark: w === 0n ? "not_applicable" : "" });
    };
    const found = under.parts.map((c) => valueOf(column, c.columns));
    return [cell([]), ...ascending([...listedIn(column), ...found]).map((value) => cell([value]))];
}

/** The cells of a counted figure, in the order of a report. */
function cellsOf(d, manifest, counted) {
    const { by, parts } = partsOf(d, manifest, counted);
    const cell = (values) => {
        const own = parts.filter((p) => values.every((v, i) => valueOf(by[i], p.columns) === v));
        return cellOf(d, by, values, { value: String(sumOf(own)), unit: "count",
                                       late: String(sumOf(own.filter((p) => p.flag === 1))) });
    };
    const found = (nth, within) => within.map((p) => valueOf(by[nth], p.columns));
    const cells = [cell([])];
    for (const first of by.length === 0 ? [] : ascending([...listedIn(by[0]), ...found(0, parts)])) {
        cells.push(cell([first]));
        if (by.length < 2) continue;
        const within = parts.filter((p) => valueOf(by[0], p.columns) === first);
        for (const second of ascending(found(1, within))) cells.push(cell([first, second]));
    }
    return cells;
}

const CSV_NAMES = ["figure", "by_1", "value_1", "by_2", "value_2"];
const CSV_LAYOUTS = [["count", "late", "how"], Object.keys(nothing)].map((words) => [...CSV_NAMES, ...words]);

function readCsv(text) {
    const [head, ...lines] = linesOf(text, "cells.csv");
    const names = CSV_LAYOUTS.find((layout) => layout.join(",") === head);
    if (names === undefined) malformed("cells.csv, line 1: unknown columns");
    return lines.map((line, i) => {
        const fields = line.split(",");
        if (fields.length !== names.length || line.includes('"')) malformed(`cells.csv, line ${i + 2}: not a cell`);
        const { figure, by_1, value_1, by_2, value_2, count, ...said } =
            Object.fromEntries(names.map((name, at) => [name, fields[at]]));
        const number = count === undefined ? {} : { value: count, unit: "count" };
        return { ...nothing, name: [figure, value_1, value_2].filter((v) => v !== "").join("/"), figure,
                 by: [by_1, by_2].filter((v) => v !== ""), ...said, ...number };
    });
}

/** Numbers keep their digits: in a report they are always as short as this, with no exponent. */
const withDigits = (text) => text.replace(/("(?:count|hours|share|late|of|unknown)":)(\d+(?:\.\d+)?)/g, '$1"$2"');

function readJson(text, manifest) {
    let all;
    try {
        all = JSON.parse(withDigits(shown(text)));
    } catch {
        malformed("report.json: not JSON");
    }
    const { format, period, origin, size, cells, ...more } = all;
    if (format !== "candor/report@v1" || period !== manifest.period || BigInt(size ?? -1) !== manifest.size ||
        origin !== shown(manifest.origin) || !Array.isArray(cells) || Object.keys(more).length > 0) {
        malformed("report.json: is of another report than the manifest");
    }
    return cells.map(({ cell, figure, ...members }, i) => {
        const said = { ...nothing }, by = [], values = [];
        for (const [key, value] of Object.entries(members)) {
            if (typeof value !== "string") malformed(`report.json, cell ${i + 1}: not a cell`);
            if (["count", "hours", "share"].includes(key)) [said.unit, said.value] = [key, value];
            else if (key in nothing) said[key] = value;
            else [by[by.length], values[values.length]] = [key, value];
        }
        const name = [figure, ...values].join("/");
        if (cell !== name) malformed(`report.json, cell ${i + 1}: not a cell`);
        return { ...said, name, figure, by };
    });
}

/** The number of a cell as a page shows it, but for the groups of its digits. */
function onPage({ value, unit, mark }) {
    if (mark !== "") return mark === "not_applicable" ? "none" : mark;
    if (unit === "hours") return `${value} h`;
    const share = /^(\d)\.(\d\d)(\d\d)$/.exec(value);
    return unit === "share" && share !== null ? `${Number(share[1] + share[2])}.${share[3]} %` : value;
}

/** The numbers of all tables, page by page, are the cells in their order, with 0 for what did not occur too. */
function showsCells(pages, cells) {
    let at = 0;
    for (const [file, text] of pages) {
        for (const [, number] of text.matchAll(/<td class="n[^>]*>(.*?)<\/td>/gs)) {
            const plain = number.replaceAll(",", "");
            if (at < cells.length && plain === onPage(cells[at])) at++;
            else if (plain !== "0" && at < cells.length) {
                invalid(`${file}: cell ${shown(cells[at].name)}: value: it says "${shown(number)}", not "${cells[at].value}"`);
            } else if (plain !== "0") invalid(`${file}: a number behind the last cell: "${shown(number)}"`);
        }
    }
    if (at < cells.length) invalid(`${pages.at(-1)[0]}: cell ${shown(cells[at].name)}: is missing`);
}

/** report.html shows the whole figures where there are other pages. */
function comparePages(pages, cells) {
    const [front, others] = [true, false].map((is) => pages.filter(([name]) => (name === "report.html") === is));
    if (others.length === 0) return showsCells(front, cells);
    showsCells(front, cells.filter((c) => c.name === c.figure));
    return showsCells(others, cells);
}

/** The first cell from which said differs is named. */
function compareCells(file, said, should) {
    const names = new Set(should.map((c) => c.name));
    for (let i = 0; i < Math.max(said.length, should.length); i++) {
        const [s, e] = [said[i], should[i]];
        if (s?.name !== e?.name) {
            const added = s !== undefined && (e === undefined || said.slice(i).some((c) => c.name === e.name));
            invalid(added ? `${file}: cell ${shown(s.name)}: ${names.has(s.name) ? "stands twice" : "should not be there"}`
                : `${file}: cell ${shown(e.name)}: is missing`);
        }
        // a number that is not given has a unit in the one file and none in the other
        for (const key of [...Object.keys(nothing).filter((k) => k !== "unit" || e.value !== ""), "by"]) {
            if (String(s[key]) === String(e[key])) continue;
            invalid(`${file}: cell ${shown(e.name)}: ${key}: it says "${shown(String(s[key]))}", not "${e[key]}"`);
        }
    }
}

/** The cells as they must be: counted ones are counted here, others are as cells.csv says. */
function cellsThatShouldBe(definitions, manifest, counted, csv) {
    const should = [];
    for (const d of definitions) {
        if (!d.opened) {
            should.push(...d.part === undefined ? cellsOf(d, manifest, counted)
                : sharesOf(d, definitions, manifest, counted));
            continue;
        }
        const cells = d.counts === null ? [] : cellsOf(d, manifest, counted);
        for (const c of csv.filter((one) => one.figure === d.id)) {
            const is = cells[0]?.name === c.name ? cells.shift() : c;
            if (is === c && c.how !== "opened" && c.how !== "declared") {
                invalid(`cells.csv: cell ${shown(c.name)}: how: nobody can count it`);
            }
            should.push(is);
        }
        should.push(...cells);
    }
    return should;
}

function checkManifestNumbers(manifest, definitions, { counters }, csv) {
    const schemaOf = new Map(definitions.filter((d) => d.counts !== null).map((d) => [d.schema.kind, d.schema.version]));
    const of = counters.filter((c) => schemaOf.has(c.kind));
    const seen = (c) => c.flag !== 2 && c.version === schemaOf.get(c.kind);
    const sum = (list) => list.reduce((n, c) => n + c.count, 0n);
    const late = sum(of.filter((c) => seen(c) && c.flag === 1 && c.month >= manifest.first && c.month <= manifest.last));
    const uncounted = sum(of.filter((c) => !seen(c)));
    if (late !== manifest.late || uncounted !== manifest.uncounted) {
        invalid(`manifest: the log gives ${late} late and ${uncounted} uncounted entries`);
    }
    for (const how of ["counted", "opened", "declared"]) {
        const cells = csv.filter((c) => c.how === how).length;
        if (BigInt(cells) !== manifest[how]) invalid(`manifest: there are ${cells} ${how} cells`);
    }
    if (BigInt(csv.filter((c) => c.mark === "suppressed").length) !== manifest.suppressed) {
        invalid("manifest: another number of cells is suppressed");
    }
}

/** That the log has a record of this manifest, where its proof is beside the report. */
function checkPublished(input, manifestBytes, manifest, answer) {
    const proof = input.read("proof"), entry = input.read("entry");
    if (proof === null || entry === null) {
        answer.notProven.push("that this report was published: there is no proof of its record beside it");
        return;
    }
    const { index, cp } = leafOf(input.trust, latin1(proof), entry, new Answer());
    if (cp.origin !== manifest.origin) invalid("proof: is of another log");
    const version = entry.length > 4 ? entry.readUInt16BE(2) : 0;
    const row = input.schemas.get(`${REPORT_KIND} ${version}`);
    if (entry[1] !== REPORT_KIND || row === undefined) invalid("entry: it is the record of no report");
    const schema = parseSchema(new Lines(`${row.text}\n`));
    const values = parseBody(splitEntry(entry, schema).body, schema);
    const value = (name) => values[schema.fields.findIndex((f) => f.name === name)]?.value;
    if (!value("manifest")?.equals(sha256(manifestBytes)) || value("period")?.toString("latin1") !== manifest.period) {
        invalid("entry: the log published another manifest");
    }
    answer.proven.push(`entry ${index} of the log published this manifest`);
}

/**
 * Verifies a whole report. read and log give the bytes of a file of the report and of the public
 * entries by its path, or null. given: {vkeys, policy}. Returns an Answer or throws a Refusal.
 */
export function verifyReport(read, log, given) {
    const answer = new Answer();
    const trust = readTrust(given.vkeys ?? [], given.policy);
    const need = (name) => read(name) ?? malformed(`${name}: is not there`);
    answer.kind = "transparency report";
    const cp = checkpointOf(trust, latin1(need("checkpoint")), answer);
    const manifestBytes = need("manifest"), manifest = parseManifest(latin1(manifestBytes));
    if (manifest.origin !== cp.origin || manifest.size !== cp.size || !manifest.root.equals(cp.root)) {
        invalid("manifest: is of another log range than the checkpoint beside it");
    }
    for (const name of REPORT_FILES) {
        if (!manifest.files.some(([file]) => file === name)) invalid(`manifest: does not name ${name}`);
    }
    for (const [name, hex] of manifest.files) {
        if (sha256(need(name)).toString("hex") !== hex) invalid(`${name}: is not the file that the manifest names`);
    }
    const definitions = parseDefinitions(latin1(need("definitions.txt")));
    const named = definitions.map((d) => `${d.id} ${d.hash}`).join("\n");
    if (named !== manifest.definitions.map((d) => d.join(" ")).join("\n")) {
        invalid("definitions.txt: the definitions are not those that the manifest names");
    }
    const counted = countEntries(log, Number(cp.size), cp.root);
    for (const d of definitions) if (d.counts !== null) d.schema = resolve(d, counted.schemas).schema;
    const csv = readCsv(latin1(need("cells.csv")));
    compareCells("cells.csv", csv, cellsThatShouldBe(definitions, manifest, counted, csv));
    compareCells("report.json", readJson(latin1(need("report.json")), manifest), csv);
    const pages = manifest.files.map(([name]) => name).filter((name) => /.\.html$/.test(name));
    comparePages(pages.map((name) => [name, latin1(need(name))]), csv);
    checkManifestNumbers(manifest, definitions, counted, csv);
    for (const name of ["period", "counted", "opened", "declared", "suppressed", "late", "uncounted"]) {
        answer.fact(name, String(manifest[name]));
    }
    answer.proven.push(`each of the ${manifest.counted} counted cells is what the ${cp.size} public entries give by ` +
                       "the published definitions",
                       "cells.csv, report.json and the pages state the same numbers, and every file is the one that " +
                       "the manifest names");
    if (manifest.opened > 0n) {
        answer.notProven.push(`${manifest.opened} opened cells: only an auditor with the private values can compute them`);
    }
    if (manifest.declared > 0n) {
        answer.notProven.push(`${manifest.declared} declared cells: they are the word of who signed them`);
    }
    answer.notProven.push("that everything that happened was recorded, and under the right columns");
    checkPublished({ read, trust, schemas: counted.schemas }, manifestBytes, manifest, answer);
    return answer;
}

/** The bytes of a file in a folder, or null if there is none. */
const reader = (folder) => (path) => {
    try {
        return readFileSync(join(folder, path));
    } catch (e) {
        if (e.code === "ENOENT" || e.code === "ENOTDIR") return null;
        throw e;
    }
};

/** As verifyReport, of a report and public entries in folders. */
export const verifyFolders = (out, log, given) => verifyReport(reader(out), reader(log), given);
