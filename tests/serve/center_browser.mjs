// SPDX-License-Identifier: Apache-2.0
/*
 * center_browser.mjs URL JOBS: looks at pages of the Transparency Center in a headless Chromium. JOBS
 * is JSON, {"JOB":["PATH",…],…}; printed is what is wrong, {"JOB":[…],…}; nothing wrong: []. Jobs:
 *
 *   axe       axe-core in light and dark, nothing asked of another host, nothing refused by the policy
 *   narrow    nothing wider than a window of 320 pixels; nothing less without JavaScript
 *   print     nothing wider than a sheet of A4, and a PDF comes out
 *   keyboard  every link and control is reached with Tab and shows that it is; journeys
 *   journeys  from page to page with the keyboard alone; PATH is the period of the report
 *   check     "check it here" on the report that PATH is, as it is and with a changed number
 *   pictures  screenshots into the folder that the last PATH is
 */
import { chromium } from "playwright-core";
import { mkdirSync, readFileSync } from "node:fs";

const [url, jobs] = [process.argv[2], JSON.parse(process.argv[3])];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
               "--disable-background-networking"];
const WAIT_MS = 120000;
const AGES = /less than a minute ago|\d+ minutes? ago|\d\d:\d\d UTC/g; // which go on meanwhile
const A4_PX = 718; // 190 mm between margins of 10 mm, at 96 pixels an inch
let found = []; // by the job at hand
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS, timeout: WAIT_MS });

/** A page, in which whatever the browser complains of, or asks of others, is noted. */
async function open(path, options = {}) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    page.on("console", (m) => m.type() === "error" && !m.text().includes("404") && found.push([path, "console", m.text()]));
    page.on("pageerror", (e) => found.push([path, "error", String(e)]));
    page.on("request", (r) => r.url().startsWith(url) || found.push([path, "asks", r.url()]));
    await page.goto(url + path);
    return page;
}

const close = (page) => page.context().close();

async function axe(path) {
    const source = readFileSync("node_modules/axe-core/axe.min.js", "utf-8");
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const page = await open(path);
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(source);
        const said = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: "tag", values } }), tags);
        for (const v of said.violations) {
            found.push([path, colorScheme, v.id, v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 200)} ${n.failureSummary}`)]);
        }
    }
    await close(page);
}

async function narrow(path) {
    const viewport = { width: 320, height: 640 };
    const page = await open(path, { viewport });
    const wide = () => document.documentElement.scrollWidth;
    if (await page.evaluate(wide) > 320) found.push([path, "wider than 320", await page.evaluate(wide)]);
    const plain = await open(path, { viewport, javaScriptEnabled: false });
    const texts = [];
    for (const one of [page, plain]) {
        await one.evaluate(() => document.getElementById("check-here")?.remove());
        texts.push((await one.innerText("body")).replace(AGES, ""));
    }
    if (texts[0] !== texts[1] || texts[1].length < 200) found.push([path, "is less without JavaScript"]);
    await close(page);
    await close(plain);
}

async function print(path) {
    const page = await open(path, { viewport: { width: A4_PX, height: 1000 } });
    await page.emulateMedia({ media: "print" });
    const cut = await page.evaluate((most) => [...document.querySelectorAll("main *, footer *")]
        .filter((e) => e.getBoundingClientRect().right > most + 1 && !e.closest("svg, .skip"))
        .map((e) => e.outerHTML.slice(0, 120)).slice(0, 3), A4_PX);
    if (cut.length > 0) found.push([path, "is cut when printed", cut]);
    const pdf = await page.pdf({ format: "A4", margin: { top: "10mm", bottom: "10mm", left: "10mm", right: "10mm" } });
    if (!pdf.subarray(0, 5).equals(Buffer.from("%PDF-")) || pdf.length < 5000) found.push([path, "gives no PDF"]);
    await close(page);
}

/** What has the focus, whether that shows, and whether it is in sight. */
const focused = () => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
    return {
        name: e.tagName, text: e.textContent.trim().slice(0, 40), id: [...document.querySelectorAll("*")].indexOf(e),
        shows: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inSight: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    };
};

const reachable = () => [...document.querySelectorAll("a[href], summary, button, input, [tabindex='0']")]
    .filter((e) => e.checkVisibility({ contentVisibilityAuto: true }) && !e.closest("[hidden]")).length;

async function keyboard(path) {
    const page = await open(path);
    const seen = new Set();
    for (let n = 0; n < 2000; n++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(focused);
        if (at.name === "BODY" || at.name === "HTML" || seen.has(at.id)) break;
        seen.add(at.id);
        if (!at.shows || !at.inSight) found.push([path, "focus is not seen", at]);
    }
    const all = await page.evaluate(reachable);
    if (seen.size < all) found.push([path, `Tab reaches ${seen.size} of ${all}`]);
    await close(page);
}

/** Goes on with Tab until a link or control with that text has the focus, and presses Enter. */
async function follow(page, text) {
    for (let n = 0; n < 500; n++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(focused);
        if (!at.text.startsWith(text)) continue;
        await page.keyboard.press("Enter");
        return;
    }
    throw new Error(`no ${text} on ${page.url()}`);
}

async function journeys(period) {
    const page = await open("/");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // skips to the content
    await page.waitForURL("**/#main");
    await page.goto(`${url}/`);
    await follow(page, "Reports");
    await page.waitForURL("**/reports/");
    await follow(page, period);
    await page.waitForURL(`**/${period}/1/`);
    await page.locator("td a").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/cells/**");
    if (!(await page.innerText("main")).includes("candor/figure@v1")) found.push(["journey", "no definition"]);
    await page.goto(`${url}/receipts/`);
    for (let n = 0; n < 50 && await page.evaluate(() => document.activeElement.id) !== "token"; n++) await page.keyboard.press("Tab");
    await page.keyboard.type("12-00");
    await page.keyboard.press("Enter");
    await page.waitForURL("**token=12-00");
    if (!(await page.innerText("main")).includes("There is no such receipt")) found.push(["journey", "no answer"]);
    await close(page);
}

async function check(path) {
    for (const changed of [false, true]) {
        const page = await open(path);
        if (changed) {
            await page.route("**/cells.csv", async (route) => {
                const answer = await route.fetch();
                await route.fulfill({ response: answer, body: (await answer.text()).replace(/(\d+),0,counted/, "77777,0,counted") });
            });
        }
        await page.getByRole("button", { name: "Check it here" }).click();
        const want = changed ? "Something does not hold." : "All of it holds";
        const ends = Date.now() + WAIT_MS;
        let said = "";
        while (!/holds|hold\./.test(said) && Date.now() < ends) {
            said = await page.innerText("#check-here [role=status]");
            await page.waitForTimeout(50);
        }
        if (!said.startsWith(want)) found.push([path, changed, await page.innerText("#check-here")]);
        await close(page);
    }
}

/** name, path, width, height, colours. */
const PICTURES = [
    ["overview", "/", 1100, 900, "light"], ["enforcement", "/enforcement", 1100, 1000, "light"],
    ["number", null, 1100, 900, "dark"], ["narrow", "/", 320, 640, "dark"],
];

async function pictures(report, folder) {
    mkdirSync(folder, { recursive: true });
    for (const [name, path, width, height, colorScheme] of PICTURES) {
        const page = await open(path ?? `${report}cells/content_taken_down/violence`, { viewport: { width, height }, colorScheme });
        await page.screenshot({ path: `${folder}/${name}.png` });
        await close(page);
    }
}

const each = (look) => async (...paths) => {
    for (const path of paths) await look(path);
};
const known = { axe: each(axe), narrow: each(narrow), print: each(print), keyboard: each(keyboard),
                check: each(check), journeys, pictures };
const said = {};
for (const [job, paths] of Object.entries(jobs)) {
    found = said[job] = [];
    try {
        await known[job](...paths);
    } catch (e) {
        found.push([job, String(e)]);
    }
}
await browser.close();
console.log(JSON.stringify(said));
