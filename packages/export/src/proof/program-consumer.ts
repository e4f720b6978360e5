import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fault, messageOf } from "@bnas/errors";
import type { Consumer, Request, Versions } from "../form/consumer.js";
import { floatsIn, valuesIn } from "./floats.js";

const run = promisify(execFile);

/** Outputs of megabytes are for a file; what a program says fits. */
const MOST_SAID = 1 << 20;

/** The path of a program of packages/export/consumers. */
export const programPath = (name: string): string => fileURLToPath(new URL(`../../consumers/${name}`, import.meta.url));

/**
 * A consumer that is a program, as consumers/README.md has them.
 * @param command what starts it, and its first arguments; the path of a request comes last
 */
export const programConsumer = (name: string, [command = "", ...first]: readonly string[]): Consumer => {
  const start = (...more: readonly string[]) => run(command, [...first, ...more], { maxBuffer: MOST_SAID });
  return {
    name,
    async find() {
      try {
        const { stdout } = await start();
        return JSON.parse(stdout) as Versions; // A program of ours prints them.
      } catch (error) {
        return lastLine(error);
      }
    },
    async run({ model, images, shape, values }: Request) {
      const folder = await mkdtemp(join(tmpdir(), "bnas-proof-"));
      try {
        const request = { model, images: join(folder, "images"), shape, values: values.map((value) => value.name) };
        await writeFile(request.images, images);
        await writeFile(join(folder, "request.json"), JSON.stringify({ ...request, out: join(folder, "out") }));
        await start(join(folder, "request.json")).catch((error: unknown) => {
          const hint = "This is a fault of bnas, or of that program's version: see docs/exports.md.";
          throw fault("INTERNAL", `${name} refuses the exported network: ${lastLine(error)}`, hint, { cause: error });
        });
        return valuesIn(floatsIn(await readFile(join(folder, "out"))), shape[0], values);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
};

/** Of a traceback the last line says what went wrong. */
const lastLine = (error: unknown): string => {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  return said.trim().split("\n").at(-1) || messageOf(error);
};
