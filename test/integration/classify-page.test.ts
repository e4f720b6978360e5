import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compact, encodeBnn, lower, runGraph } from "@bnas/model";
import { load } from "@bnas/runtime";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imagesFor, modelWith } from "../../packages/model/test/builders.js";
import { npmPackages } from "../consumers/npm-packages.js";
import { temporaryFolder } from "./bnas.js";

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const graph = compact(lower(modelWith({ network: { binarize: "weights+activations" } })));
const bytes = encodeBnn(graph);
const pixels = Uint8Array.from({ length: 192 }, (_, i) => (i * 89) % 256);

/** What is used of puppeteer-core. */
type Page = {
  goto(url: string): Promise<unknown>;
  waitForFunction(text: string): Promise<unknown>;
  evaluate<T>(text: string): Promise<T>;
  $(selector: string): Promise<{ uploadFile(...paths: readonly string[]): Promise<void> } | null>;
  screenshot(options: { readonly path: string }): Promise<unknown>;
  on(event: "console" | "pageerror", seen: (what: { text?(): string; message?: string }) => void): void;
};
type Browser = { newPage(): Promise<Page>; close(): Promise<void>; version(): Promise<string> };

/** A browser; or why there is none. */
const openBrowser = async (): Promise<Browser | string> => {
  const packages = await npmPackages("chromium", { "@sparticuz/chromium": "153.0.0", "puppeteer-core": "25.16.0" });
  if (packages.require === undefined) return packages.missing;
  const load = async (name: string) => import(pathToFileURL(packages.require.resolve(name)).href);
  try {
    const { default: chromium } = await load("@sparticuz/chromium");
    const { default: puppeteer } = await load("puppeteer-core");
    return await puppeteer.launch({
      args: chromium.args,
      executablePath: await chromium.executablePath(),
      headless: "shell",
    });
  } catch (error) {
    return ` (skipped: Chromium does not start here: ${String(error).split("\n")[0]})`;
  }
};

const browser = await openBrowser();
const missing = typeof browser === "string" ? browser : "";
let server: ChildProcess;
let url = "";

beforeAll(async () => {
  writeFileSync(path("model.bnn"), bytes);
  writeFileSync(path("words.png"), "words");
  await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toFile(path("noise.png"));
  const photograph = sharp({ create: { width: 640, height: 480, channels: 3, background: "#c04020" } });
  await photograph.jpeg().toFile(path("red.jpg"));
  server = spawn(process.execPath, [join(root, "examples/classify-page/serve.js"), path("model.bnn"), "0"]);
  const [said] = await once(server.stdout ?? server, "data");
  url = String(said).trim();
});
afterAll(async () => {
  server.kill();
  if (typeof browser !== "string") await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const opened = async (): Promise<{ page: Page; complaints: string[] }> => {
  if (typeof browser === "string") throw new Error(browser);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message ?? ""));
  page.on("console", (line) => complaints.push(line.text?.() ?? ""));
  await page.goto(url);
  await page.waitForFunction("!document.getElementById('file').disabled");
  return { page, complaints };
};
const text = (page: Page, id: string): Promise<string> => page.evaluate(`document.getElementById("${id}").textContent`);
const choose = async (page: Page, name: string): Promise<void> => (await page.$("#file"))?.uploadFile(path(name));

describe("the page that classifies pictures", () => {
  it.skipIf(missing !== "")(
    `says in a real browser what the runtime says in Node, of the same pixels${missing}`,
    async () => {
      const { page, complaints } = await opened();
      expect(await text(page, "about")).toContain("tells 3 classes apart: cat, dog, bird");
      await choose(page, "noise.png");
      await page.waitForFunction("document.querySelectorAll('#classes li').length === 3");
      const found = (await load(bytes)).classify(pixels);
      expect(await text(page, "answer")).toMatch(new RegExp(`^${found.class}, after \\d+\\.\\d ms$`));
      const shown = await page.evaluate<number[]>(
        "[...document.querySelectorAll('#classes meter')].map((m) => m.value)",
      );
      const sorted = [...found.probabilities].sort((one, other) => other - one);
      for (const [i, probability] of sorted.entries()) expect(shown[i]).toBeCloseTo(probability, 10);
      expect(complaints).toEqual([]);
    },
  );

  it.skipIf(missing !== "")(`takes a photograph of any size that is dropped${missing}`, async () => {
    const { page } = await opened();
    await choose(page, "red.jpg");
    await page.waitForFunction("document.querySelectorAll('#classes li').length === 3");
    const chosen = await text(page, "classes");
    const dropped = await opened();
    const picture = (await sharp(path("red.jpg")).toBuffer()).toString("base64");
    await dropped.page.evaluate(`(async () => {
      const blob = await (await Promise.resolve(new Response(Uint8Array.from(atob("${picture}"), (c) => c.charCodeAt(0))))).blob();
      const data = new DataTransfer();
      data.items.add(new File([blob], "red.jpg", { type: "image/jpeg" }));
      document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    })()`);
    await dropped.page.waitForFunction("document.querySelectorAll('#classes li').length === 3");
    expect(await text(dropped.page, "classes")).toBe(chosen);
    await dropped.page.screenshot({ path: process.env.BNAS_SCREENSHOT ?? path("page.png") });
  });

  it.skipIf(missing !== "")(`says so when a file is no picture, and takes the next one${missing}`, async () => {
    const { page } = await opened();
    await choose(page, "words.png");
    await page.waitForFunction("document.getElementById('answer').className === 'refused'");
    expect(await text(page, "answer")).toBe("This file is no picture that the browser can read.");
    await choose(page, "noise.png");
    await page.waitForFunction("document.querySelectorAll('#classes li').length === 3");
    expect(await page.evaluate("document.getElementById('answer').className")).toBe("");
  });

  it.skipIf(missing !== "")(
    `has the logits of 1,000 images in the browser as in Node and by the reference, bit for bit${missing}`,
    async () => {
      const { page } = await opened();
      const images = imagesFor(graph, 1000);
      const numbers = Buffer.from(images.buffer).toString("base64");
      const found = await page.evaluate<number[]>(`(async () => {
      const { load } = await import("./runtime/index.js");
      const network = await load(new Uint8Array(await (await fetch("model.bnn")).arrayBuffer()));
      const bytes = Uint8Array.from(atob("${numbers}"), (letter) => letter.charCodeAt(0));
      return [...network.logits(new Float32Array(bytes.buffer))];
    })()`);
      expect(found).toEqual([...(await load(bytes)).logits(images)]);
      expect(found).toEqual([...runGraph(graph, images)]);
    },
  );

  it("is served with nothing else of the machine", async () => {
    for (const wanted of ["/serve.js", "/runtime/../serve.js", "/runtime/%2e%2e/package.json", "/README.md"]) {
      expect((await fetch(url + wanted)).status, wanted).toBe(404);
    }
    const page = await fetch(url);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  });
});
