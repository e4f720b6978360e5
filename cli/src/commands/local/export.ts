import { EXIT, type ExitCode } from "@bnas/errors";
import { type ExportProof, exportModel, formatOf } from "@bnas/export";
import { readModel } from "@bnas/model";
import { loadOperations, openEngine } from "@bnas/network";
import type { EngineFlags } from "../../reach/setting-flags.js";
import type { Surroundings } from "../../terminal/surroundings.js";

export type ExportFlags = EngineFlags & {
  readonly format: string;
  readonly out: string;
  readonly opset?: number;
  /** The interpreter of consumers in Python. */
  readonly python: string;
  /** Images that the exported network is compared on. */
  readonly images: number;
  readonly json: boolean;
};

/** `bnas export MODEL`: a trained network in a form of others, compared with what was trained before it has its name. */
export const exportCommand = async (folder: string, flags: ExportFlags, here: Surroundings): Promise<ExitCode> => {
  formatOf(flags.format);
  if (flags.operations !== undefined) await loadOperations(flags.operations);
  const model = await readModel(folder);
  const engine = await openEngine(flags.engine, {
    ...(flags.engineDir === undefined ? {} : { folder: flags.engineDir }),
    fallback: flags.gpuFallback === "cpu",
    environment: here.env,
  });
  const { format, out, opset, python, images } = flags;
  const at = { python, folder: process.cwd() };
  const proof = await exportModel(model, { ...at, format, out, engine, images, ...(opset ? { opset } : {}) });
  if (flags.json) here.out(JSON.stringify(proof));
  else for (const line of proofLines(proof, out)) here.out(line);
  return EXIT.done;
};

/** What was written, and how far each consumer is from the trained network. */
const proofLines = (
  { files, consumers, missing, engine, images, rounding }: ExportProof,
  out: string,
): readonly string[] => [
  ...files.map(({ name, bytes }) => `wrote ${out}/${name}, ${bytes} bytes`),
  `engine ${engine.name}: logits of ${images.count} images differ by at most ${engine.logits.largest.toExponential(1)}`,
  ...(rounding === null
    ? []
    : [
        `numbers of 16 bits: logits differ by at most ${rounding.largest.toExponential(1)}, and the class of ${rounding.classes} of ${images.count} images`,
      ]),
  ...consumers.map(({ name, versions, logits, layers }) => {
    // What has no version of its own runs in something that has one.
    const version = versions[name] ?? Object.entries(versions)[0]?.join(" ") ?? "";
    const inside = layers.values === 0 ? "" : `, ${layers.sums} sums of signs equal, ${layers.values} values compared`;
    return `${name} ${version}: logits by at most ${logits.largest.toExponential(1)}${inside}`;
  }),
  ...Object.entries(missing).map(([name, reason]) => `not run in ${name}, which this machine has not: ${reason}`),
];
