import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { makeDirectory, sha256Of, syncDirectory } from "@bnas/disk";
import { asNoRoom, hasCode, invalidInput, noRoom, systemErrorCode } from "@bnas/errors";
import type { Model } from "@bnas/model";
import type { Engine } from "@bnas/network";
import type { ConsumersAt, ExportFormat, Files, FormatOptions } from "./form/exported.js";
import { writeFiles } from "./form/write-files.js";
import { formatOf } from "./formats.js";
import { type Proof, prove } from "./proof/prove.js";

export type ExportOptions = FormatOptions &
  ConsumersAt & {
    /** One of FORMAT_NAMES. */
    readonly format: string;
    /** A folder that is not there, or is empty. */
    readonly out: string;
    /** Runs the trained network, to compare with. */
    readonly engine: Engine;
    /** How many images the network is compared on. */
    readonly images: number;
  };

/** Beside what was exported: in what it was compared, and how far apart the two are. `proof.json` is the proof of a search (docs/proof.md). */
const CHECK = "export-check.json";

/** What `export-check.json` holds. */
export type ExportProof = Proof & {
  readonly format: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
};

/**
 * Leave a trained network in a form of others: first in a folder beside, where it is compared with what was trained (`prove`); then under
 * its name. Whatever fails, nothing is left.
 * It rejects with InvalidInput for an unknown form or option, or a folder that holds something; with INTERNAL when the exported network
 * differs from the trained one; and with NO_ROOM when the disk is full.
 */
export const exportModel = async (model: Model, options: ExportOptions): Promise<ExportProof> => {
  const format = formatOf(options.format);
  requireOpset(format, options.opset);
  const trained = format.graph(model);
  const graph = format.rounded?.(trained, options) ?? trained;
  const exported = format.write(model, graph, options);
  const out = resolve(options.out);
  await requireEmpty(out, options.out);
  const partial = `${out}.partial-${randomUUID()}`;
  try {
    await makeBeside(partial, options.out);
    await writeFiles(partial, exported.files);
    const consumers = format.consumers(options);
    const { engine, images } = options;
    const proof = await prove({ model, trained, graph, folder: partial, exported, consumers, engine, images });
    const result: ExportProof = { format: format.name, files: described(exported.files), ...proof };
    await writeFiles(partial, new Map([[CHECK, `${JSON.stringify(result, null, 2)}\n`]]));
    await rename(partial, out);
    await syncDirectory(dirname(out));
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!hasCode(asNoRoom(error, out), "NO_ROOM")) throw error;
    const hint = "Nothing was left there. Make room, or name another folder.";
    throw noRoom(`${options.out}: its disk is full`, hint, { cause: error });
  }
};

/** A folder with the permissions that any other has. It rejects with InvalidInput on --out where none can be made. */
const makeBeside = async (partial: string, given: string): Promise<void> => {
  try {
    await makeDirectory(dirname(partial));
    await mkdir(partial);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined || hasCode(asNoRoom(error, partial), "NO_ROOM")) throw error;
    throw invalidInput("--out", given, "a folder that can be made", `${code}: name another.`, { cause: error });
  }
};

/** @throws InvalidInput on --opset for one that the form has not */
const requireOpset = ({ name, opsets }: ExportFormat, opset: number | undefined): void => {
  if (opset === undefined || opsets.includes(opset)) return;
  const [two, float] = opsets;
  const hint =
    opsets.length === 0
      ? `It is an option of onnx, not of ${name}: leave it out.`
      : `${two} is the first that holds weights in INT2, a bit each; ${float} holds them as float32, for older runtimes.`;
  throw invalidInput("--opset", opset, opsets.length === 0 ? "nothing" : opsets.join(" or "), hint);
};

const described = (files: Files): ExportProof["files"] =>
  [...files].map(([name, data]) => ({
    name,
    bytes: typeof data === "string" ? Buffer.byteLength(data) : data.length,
    sha256: sha256Of(data),
  }));

/** @throws InvalidInput on --out for a file, and for a folder that is not empty or cannot be read */
const requireEmpty = async (path: string, given: string): Promise<void> => {
  const held = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw invalidInput("--out", given, "a folder that is not there, or is empty", `${error.code}: name another.`);
  });
  if (held.length === 0) return;
  const hint = `It holds ${held[0]}, and nothing is written over: name another.`;
  throw invalidInput("--out", given, "a folder that is not there, or is empty", hint);
};
