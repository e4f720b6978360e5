import { join } from "node:path";
import { expect } from "vitest";
import { configFile, type Ended, type started } from "./bnas.js";
import { serve } from "./serve.js";

// A mesh as `bnas serve all`, and what its clients print.

/** A mesh whose facts and blobs are in a folder. */
export const meshIn = (folder: string, listen: string, ...flags: string[]) =>
  serve(
    "all",
    ...["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`],
    ...["--listen", listen, ...flags],
  );

/** What a command printed that ended well. */
export const done = ({ code, stdout, stderr }: Ended): string => {
  expect(code, stderr).toBe(0);
  return stdout;
};

/** The objects of a command that prints JSON. */
export const objects = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** One line for people that says what to do next, and no stack. */
export const refused = ({ code, stdout, stderr }: Ended, expected: number, message: RegExp): void => {
  expect(code, stdout + stderr).toBe(expected);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
};

/** Resolves when the process has printed this to standard output. */
export const printed = (run: ReturnType<typeof started>, text: RegExp, count = 1): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = "";
    run.process.stdout?.on("data", (data) => {
      said += data;
      if ((said.match(text) ?? []).length >= count) resolve();
    });
    run.ended.then(({ code, stderr }) => reject(new Error(`ended with ${code}: ${stderr}`)), reject);
  });

export const tiny = configFile();

/** Trains for longer than any test takes. */
export const endless = configFile({ warmup: { epochs: 2000, batch: 20 } });
