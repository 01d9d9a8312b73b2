// SPDX-License-Identifier: Apache-2.0
/*
 * The page candor-verify.html in headless Chromium, opened as a file: the same verdict and reason as
 * candor-verify, by file chooser, paste, drop and keyboard, without network, light and dark, 320 pixels
 * wide. page.mjs BUILD PAGE [FOLDER FOR PICTURES]. Prints TAP.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Browser, chromium } from "./browser.mjs";
import { CASES, Pair, runTestsInTurn } from "./pair.mjs";

const [build, page, pictures] = [process.argv[2], resolve(process.argv[3]), process.argv[4]];
const pair = new Pair(build);
execFileSync(join(build, "tests/verify/make_sample"), [pair.folder]);
execFileSync(join(build, "tests/verify/make_counted"), [pair.folder]);
pair.load();
pair.files["honest/count-last"] = readFileSync(join(pair.folder, "honest/count-last"));
const url = pathToFileURL(page).href;
const command = chromium();
const browser = command && new Browser(command);
const absent = !command ? "chromium is not installed" : await browser.start() ? "" : "chromium does not start here";
const fail = (why) => { throw new Error(why); };
const tests = [];
const test = (name, run) => tests.push([name, absent ? () => absent : run]);

const inPage = (id) => `document.getElementById("${id}")`;
const answered = () => browser.until(`${inPage("answer")}.childElementCount > 0`);
const heading = () => browser.value(`${inPage("answer")}.querySelector("h2").textContent`);
const told = () => browser.value(`${inPage("answer")}.innerText`);
const clear = () => browser.value(`${inPage("form")}.reset()`);
const type = (id, text) => browser.value(
    `${inPage(id)}.value = ${JSON.stringify(text)}; ${inPage(id)}.dispatchEvent(new Event("input"))`);

async function choose(id, name) {
    await browser.choose(`#${id}`, join(pair.folder, name));
    await browser.until(`${inPage(`${id}-has`)}.textContent !== ""`);
}

/** What the page says to what a reader may hold, by its file choosers. */
async function ask(name, reader) {
    await clear();
    await choose("file", name);
    for (const option of ["policy", "entry", "old"]) if (reader[option]) await choose(option, reader[option]);
    await type("keys", (reader.vkeys ?? []).map((key) => pair.key(key)).join("\n"));
    await browser.value(`${inPage("form")}.requestSubmit()`);
    await answered();
}

/** Drops files, by name, onto the page. */
const drop = (names) => browser.value(`{
    const data = new DataTransfer();
    const files = ${JSON.stringify(names.map((name) => [name, pair.files[name].toString("base64")]))};
    for (const [name, text] of files) {
        data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    }
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true, bubbles: true }));
    undefined;
}`);

test("the page opens as a file, without a request to anywhere", async () => {
    await browser.open(url);
    const elsewhere = browser.requests.filter((r) => !/^(file|about|data):/.test(r));
    if (elsewhere.length > 0 || browser.requests.length === 0) fail(browser.requests.join());
});

for (const [name, reader] of [...CASES, ["honest/count-last", { vkeys: ["log.vkey"] }]]) {
    test(`the page judges ${name} as candor-verify does, with ${JSON.stringify(reader)}`, async () => {
        const c = pair.verdictOfC(pair.files[name], reader), said = JSON.parse(c.said);
        await ask(name, reader);
        const title = await heading(), words = await told();
        const starts = { 0: "Verified: ", 1: "Does not verify", 2: "Cannot be checked" }[c.exit];
        if (!title.startsWith(starts)) fail(`${title}, but candor-verify ${c.exit}`);
        const sentences = said.error ? [said.error] : [...said.proven, ...said.not_proven, ...said.warnings];
        for (const sentence of sentences) {
            if (!words.includes(sentence)) fail(`"${sentence}" is not in: ${words}`);
        }
    });
}

test("pasted text is verified, and a changed letter of it refused", async () => {
    for (const [change, title] of [["", "Verified: "], ["x", "Does not verify"]]) {
        await clear();
        await type("keys", pair.files["log.vkey"].toString());
        await type("text", pair.files["bundle"].toString().replace("candor/bundle", `candor/${change}bundle`));
        await browser.value(`${inPage("form")}.requestSubmit()`);
        await answered();
        if (!(await heading()).startsWith(title)) fail(await told());
    }
});

test("dropped files are sorted by what they are, whatever their order", async () => {
    for (const names of [["policy", "entry", "inclusion"], ["old-checkpoint", "consistency", "log.vkey"]]) {
        await clear();
        await drop(names);
        await answered();
        if (!(await heading()).startsWith("Verified: ")) fail(`${names}: ${await told()}`);
    }
});

test("a count is counted anew from the folder of public entries, and a false one refuted", async () => {
    for (const [story, segment, title, word] of [["honest", false, "Verified: ", "recounted"],
                                                 ["honest", true, "Verified: ", "claimed"],
                                                 ["last", false, "Refuted: ", "give 3382"],
                                                 ["last", true, "Refuted: ", "give 3382"]]) {
        await clear();
        await choose("file", `${story}/count-last`);
        await browser.choose("#public", join(pair.folder, story, "out"));
        await browser.until(`${inPage("public-has")}.textContent.endsWith(" files of a log")`);
        await type("keys", pair.key("log.vkey"));
        if (segment) await browser.value(`${inPage("segment")}.click()`);
        await browser.value(`${inPage("form")}.requestSubmit()`);
        await answered();
        if (!(await heading()).startsWith(title) || !(await told()).includes(word)) fail(`${story} ${segment}: ${await told()}`);
        if (pictures) await browser.picture(join(pictures, `count-${story}-${segment}.png`));
    }
});

test("with nothing to check, or a file that is too large, the page says so", async () => {
    await clear();
    await browser.value(`${inPage("form")}.requestSubmit()`);
    await answered();
    if (!(await told()).includes("nothing to check yet")) fail(await told());
});

test("it works by keyboard alone, and the answer has the focus", async () => {
    await clear();
    await type("text", pair.files["checkpoint"].toString());
    await type("keys", pair.key("log.vkey"));
    await browser.value(`${inPage("file")}.focus()`);
    const seen = [];
    for (let i = 0; i < 20 && seen.at(-1) !== "Check"; i++) {
        await browser.key("Tab", 9);
        seen.push(await browser.value("document.activeElement.id || document.activeElement.textContent"));
    }
    for (const id of ["text", "keys", "policy", "entry", "old", "public", "segment", "Check"]) if (!seen.includes(id)) fail(seen.join());
    await browser.key("Enter", 13, "\r");
    await answered();
    await browser.until(`document.activeElement === ${inPage("answer")}`);
    if (!(await heading()).startsWith("Verified: checkpoint")) fail(await told());
});

test("what a file says is text, never markup, and cannot turn the text around it", async () => {
    const note = pair.files["text-note"].toString();
    await clear();
    await type("text", `<img src=x>\u202e\n\n${note.split("\n\n")[1]}`);
    await type("keys", "<b>\u202e");
    await browser.value(`${inPage("form")}.requestSubmit()`);
    await answered();
    if (await browser.value("document.querySelectorAll('#answer img, #answer b').length") !== 0) fail("markup");
    if ((await told()).includes("\u202e")) fail("a control character");
});

test("the policy of the page forbids every request and every other script", async () => {
    const broken = await browser.value(`(async () => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", (e) => seen.push(e.effectiveDirective));
        await fetch("http://127.0.0.1:9/").catch(() => 0);
        const script = document.createElement("script");
        script.textContent = "globalThis.ran = true";
        document.head.append(script);
        const image = new Image();
        image.src = "http://127.0.0.1:9/x.png";
        document.body.append(image);
        for (let i = 0; i < 600 && seen.length < 3; i++) await new Promise((r) => setTimeout(r, 100));
        script.remove();
        image.remove();
        return [globalThis.ran === true, ...seen.sort()];
    })()`);
    if (broken.join() !== "false,connect-src,img-src,script-src-elem") fail(broken.join());
});

for (const scheme of ["light", "dark"]) {
    for (const width of [320, 1100]) {
        test(`nothing is cut off at ${width} pixels in ${scheme} colours`, async () => {
            await browser.look(width, scheme);
            for (const [name, reader] of [["wide-bundle", CASES[17][1]], ["inclusion", CASES[10][1]]]) {
                await ask(name, reader);
                const wide = await browser.value("document.documentElement.scrollWidth");
                if (wide > width) fail(`${wide} pixels wide`);
                if (pictures) await browser.picture(join(pictures, `${name}-${scheme}-${width}.png`));
            }
        });
    }
}

test("without Ed25519 in the browser nothing is called verified", async () => {
    await browser.send("Page.addScriptToEvaluateOnNewDocument",
                       { source: "crypto.subtle.importKey = () => Promise.reject(new Error('not here'));" });
    await browser.open(url + "#again");
    await browser.value("location.reload()");
    await browser.until(`document.readyState === "complete" && crypto.subtle.importKey.length === 0`);
    await ask("bundle", CASES[16][1]);
    const title = await heading(), words = await told();
    if (title !== "Not verified: signatures are not checked here") fail(title);
    if (words.includes("What is proven") || !words.includes("What would be proven if")) fail(words);
    await ask("inclusion", CASES[10][1]);
    if (await heading() !== "Does not verify") fail("a wrong path is wrong without signatures too");
    if (pictures) {
        await ask("bundle", CASES[16][1]);
        await browser.picture(join(pictures, "unchecked.png"));
    }
});

test("the colours have the contrast that WCAG 2.2 AA asks for", () => {
    const style = readFileSync(page, "utf8").match(/<style>([^]*?)<\/style>/)[1];
    const schemes = [...style.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
        Object.fromEntries([...body.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value])));
    const light = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
        .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
    if (schemes.length !== 2) fail("two colour schemes");
    for (const s of schemes) {
        for (const [text, ground] of [["text", "page"], ["quiet", "page"], ["good", "page"], ["bad", "page"],
                                      ["unsure", "page"], ["on-accent", "accent"], ["text", "field"],
                                      ["quiet", "field"], ["text", "soft"], ["quiet", "soft"]]) {
            if (ratio(s[text], s[ground]) < 4.5) fail(`${text} on ${ground}: ${ratio(s[text], s[ground])}`);
        }
        for (const edge of ["line", "accent"]) if (ratio(s[edge], s.page) < 3) fail(`${edge}: ${ratio(s[edge], s.page)}`);
    }
});

await runTestsInTurn(tests);
await browser?.stop();
pair.done();
process.exit();
