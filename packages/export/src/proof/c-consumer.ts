import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fault, messageOf } from "@bnas/errors";
import type { Consumer, Request } from "../form/consumer.js";
import { LOGITS } from "../form/logits.js";
import { floatsIn } from "./floats.js";

const run = promisify(execFile);

/** Its own warnings are errors: who compiles the network with all of them on sees none. */
const STRICT = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic"];
const PROGRAM = fileURLToPath(new URL("../../consumers/run_c.c", import.meta.url));

/** A network in C, compiled by the machine's compiler. @param compiler its name or path: `cc` */
export const cConsumer = (compiler: string): Consumer => ({
  name: "C",
  async find() {
    try {
      const { stdout } = await run(compiler, ["--version"]);
      return { C: stdout.split("\n")[0] ?? "" };
    } catch (error) {
      return messageOf(error);
    }
  },
  async run(request) {
    const folder = await mkdtemp(join(tmpdir(), "bnas-proof-"));
    try {
      const traced = request.values.some(({ name }) => name !== LOGITS);
      const program = join(folder, "run");
      const sources = [join(request.model, "bnas_network.c"), join(request.model, "bnas_layers.c"), PROGRAM];
      const options = [...STRICT, ...(traced ? ["-DBNAS_TRACE"] : []), "-I", request.model];
      await run(compiler, [...options, ...sources, "-o", program]).catch(refused);
      const [images, out] = [join(folder, "images"), join(folder, "out")];
      await writeFile(images, request.images);
      await run(program, [images, String(request.shape[0]), out]).catch(refused);
      return byName(floatsIn(await readFile(out)), request);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

/** It gives all values of an image, in order, and then those of the next. @throws RangeError when they are not as many as were wanted */
const byName = (floats: Float32Array, { shape: [images], values }: Request): ReadonlyMap<string, Float32Array> => {
  const named = new Map(values.map(({ name, size }) => [name, new Float32Array(images * size)]));
  let at = 0;
  for (let image = 0; image < images; image++) {
    for (const { name, size } of values) {
      named.get(name)?.set(floats.subarray(at, at + size), image * size);
      at += size;
    }
  }
  if (at !== floats.length) throw new RangeError(`the program in C gave ${floats.length} numbers, not ${at}`);
  return named;
};

const refused = (error: unknown): never => {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n")[0] : "";
  const hint = "This is a fault of bnas, or of that compiler: see docs/exports.md.";
  throw fault("INTERNAL", `C refuses the exported network: ${said || messageOf(error)}`, hint, { cause: error });
};
