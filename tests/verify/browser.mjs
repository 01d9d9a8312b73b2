// SPDX-License-Identifier: Apache-2.0
/*
 * browser.mjs: a headless Chromium with one page, spoken to over a pipe in the Chrome DevTools
 * Protocol: JSON messages, each ended by a NUL, on the descriptors 3 and 4.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const WAIT_MS = 120000;

/** The command of a Chromium that is installed, or null. */
export function chromium() {
    return ["chromium", "chromium-browser"].find((name) => spawnSync(name, ["--version"]).status === 0) ?? null;
}

export class Browser {
    constructor(command) {
        this.home = mkdtempSync(join(tmpdir(), "candor-browser-"));
        const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                      "--disable-extensions", "--disable-background-networking", "--remote-debugging-pipe",
                      `--user-data-dir=${this.home}`, "about:blank"];
        const env = { ...process.env, HOME: this.home };
        this.process = spawn(command, args, { env, stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
        this.ended = new Promise((resolve) => this.process.on("exit", resolve));
        this.process.on("exit", () => this.#lost());
        this.process.stdio[3].on("error", () => this.#lost());
        this.next = 0;
        this.waiting = new Map();
        this.requests = [];
        this.rest = "";
        this.process.stdio[4].setEncoding("utf8").on("data", (text) => this.#hear(text));
    }

    /** The browser is gone: nobody who waits for it gets an answer. */
    #lost() {
        this.gone = true;
        for (const { reject } of this.waiting.values()) reject(new Error("the browser has ended"));
        this.waiting.clear();
    }

    #hear(text) {
        const messages = (this.rest + text).split("\0");
        this.rest = messages.pop();
        for (const message of messages.map((m) => JSON.parse(m))) {
            if (message.method === "Network.requestWillBeSent") this.requests.push(message.params.request.url);
            const waits = this.waiting.get(message.id);
            this.waiting.delete(message.id);
            if (waits) message.error ? waits.reject(new Error(message.error.message)) : waits.resolve(message.result);
        }
    }

    send(method, params = {}) {
        if (this.gone) return Promise.reject(new Error("the browser has ended"));
        const id = ++this.next;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), WAIT_MS);
            const ends = (end) => (value) => { clearTimeout(timer); end(value); };
            this.waiting.set(id, { resolve: ends(resolve), reject: ends(reject) });
            this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
        });
    }

    /** Attaches to the one page; false if the browser cannot even start on this machine. */
    async start() {
        try {
            await this.send("Browser.getVersion");
        } catch (e) {
            if (this.gone) return false;
            throw e;
        }
        let page;
        const end = Date.now() + WAIT_MS;
        while (!page && Date.now() < end) {
            page = (await this.send("Target.getTargets")).targetInfos.find((t) => t.type === "page");
        }
        this.session = (await this.send("Target.attachToTarget", { targetId: page.targetId, flatten: true })).sessionId;
        for (const domain of ["Page", "Network", "DOM"]) await this.send(`${domain}.enable`);
        return true;
    }

    /** The value of an expression in the page; waits for a promise. */
    async value(expression) {
        const said = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
        if (said.exceptionDetails) throw new Error(`${expression}: ${said.exceptionDetails.exception?.description}`);
        return said.result.value;
    }

    /** Waits until an expression is true. */
    async until(expression) {
        const end = Date.now() + WAIT_MS;
        while (!await this.value(expression)) {
            if (Date.now() > end) throw new Error(`never true: ${expression}`);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }

    async open(url) {
        await this.send("Page.navigate", { url });
        await this.until(`document.readyState === "complete" && location.href === ${JSON.stringify(url)}`);
    }

    async choose(selector, path) {
        const { root } = await this.send("DOM.getDocument");
        const { nodeId } = await this.send("DOM.querySelector", { nodeId: root.nodeId, selector });
        await this.send("DOM.setFileInputFiles", { nodeId, files: [path] });
    }

    async key(key, code, text) {
        const params = { key, code: key, windowsVirtualKeyCode: code, nativeVirtualKeyCode: code };
        await this.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", text, ...params });
        await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...params });
    }

    /** How wide the window is, and which colours are preferred: "light" or "dark". */
    async look(width, scheme) {
        await this.send("Emulation.setDeviceMetricsOverride",
                        { width, height: 900, deviceScaleFactor: 1, mobile: false });
        await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    }

    async picture(path) {
        const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
        writeFileSync(path, Buffer.from(data, "base64"));
    }

    async stop() {
        this.process.kill("SIGKILL");
        await this.ended;
        rmSync(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
}
