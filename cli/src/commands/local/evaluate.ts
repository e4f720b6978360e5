import { dataset } from "@bnas/dataset";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { AnswerCounter, type AnswerReport, type Model, networkOf, readModel } from "@bnas/model";
import { evaluateModel, openEngine } from "@bnas/network";
import { DatasetServiceDefinition, Split } from "@bnas/proto";
import { latencySentence, percent } from "@bnas/report";
import { connect, type DataDescription, describeData, evaluationBatches } from "@bnas/rpc";
import { parseSpec, wilson } from "@bnas/search";
import { createLogger } from "@bnas/telemetry";
import { latencyOf } from "../../outputs/network-latency.js";
import { oneBitForm } from "../../outputs/one-bit-form.js";
import type { EngineFlags } from "../../reach/setting-flags.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

const SPLITS = { test: Split.SPLIT_TEST, train: Split.SPLIT_TRAIN } as const;
export type EvaluatedSplit = keyof typeof SPLITS;
export const EVALUATED_SPLITS = Object.keys(SPLITS) as readonly EvaluatedSplit[];

export type EvaluateFlags = {
  readonly dataset: string;
  readonly split: EvaluatedSplit;
  readonly batch: number;
  readonly json: boolean;
} & EngineFlags;

/** `bnas evaluate MODEL`: how a trained network answers to labelled images. */
export const evaluateCommand = async (path: string, flags: EvaluateFlags, here: Surroundings): Promise<ExitCode> => {
  const model = await readModel(path);
  const { recorder, env } = here;
  const tools = { logger: createLogger({ name: "bnas", level: "silent", recorder }), recorder, env };
  const data = await dataset.start(dataset.config.parse({ listen: "127.0.0.1:0", dataRoot: "/" }), {
    ...tools,
    clock: () => new Date(),
    patient: false,
  });
  const { client, close } = connect(DatasetServiceDefinition, data.address, { recorder });
  try {
    // Only what a plan of images is made of counts here.
    const spec = parseSpec({ dataset: flags.dataset, data: { imageSize: sideOf(model), reductionImages: 1 } });
    const description = await describeData(client, spec);
    requireSameImages(model, description, flags.dataset);
    const engine = await openEngine(flags.engine, {
      folder: flags.engineDir,
      fallback: flags.gpuFallback === "cpu",
      environment: env,
    });
    const counter = new AnswerCounter(model.classes);
    const split = SPLITS[flags.split];
    const { testImages, trainImages } = description.description;
    await evaluateModel(engine, {
      network: networkOf(model),
      input: { ...model.input, classes: model.classes.length },
      normalization: model.normalization,
      state: model.tensors,
      batches: evaluationBatches(client, spec, {
        split,
        images: flags.split === "test" ? testImages : trainImages,
        batch: flags.batch,
      }),
      onLogits: (logits, labels) => counter.add(logits, labels),
    });
    const report = counter.report();
    const latency = latencyOf(await oneBitForm(model), () => performance.now());
    if (flags.json) here.out(JSON.stringify({ split: flags.split, ...report, interval: intervalOf(report), latency }));
    else for (const line of [...reportLines(report, flags.split), "", latencySentence(latency)]) here.out(line);
    return EXIT.done;
  } finally {
    close();
    await data.drain();
  }
};

/** Images of another size are brought to that of the model, where that is square. */
const sideOf = ({ input: { height, width } }: Model): number => (height === width && height % 4 === 0 ? height : 0);

const requireSameImages = (model: Model, { input, description }: DataDescription, uri: string): void => {
  const { height, width, channels } = model.input;
  if (input.height !== height || input.width !== width || input.channels !== channels) {
    throw invalidInput(
      "--dataset",
      `${uri}: ${input.height}x${input.width}x${input.channels}`,
      `images of ${height}x${width}x${channels}, as the model sees`,
      "Take a dataset like the one that it was trained on.",
    );
  }
  const classes = description.classes.length;
  if (classes === model.classes.length) return;
  throw invalidInput(
    "--dataset",
    `${uri}: ${classes} classes`,
    `the ${model.classes.length} classes of the model: ${model.classes.slice(0, 10).join(", ")}`,
    "Take a dataset with the classes that it was trained on, in the same order.",
  );
};

const intervalOf = ({ correct, images }: AnswerReport) => wilson(correct, images);

const reportLines = (report: AnswerReport, split: EvaluatedSplit): readonly string[] => {
  const { images, correct, top5, loss, classes, confusion, calibrationError } = report;
  const { low, high } = intervalOf(report);
  const wrongs = classes.map((_, label) => mostConfused(confusion[label] ?? [], label, classes));
  return [
    `${split} accuracy ${percent(correct / images)} (${correct} of ${images}; 95 % interval ${percent(low)} to ${percent(high)})`,
    ...(top5 === null ? [] : [`among the five likeliest ${percent(top5 / images)}`]),
    `loss ${loss.toFixed(3)}, calibration error ${percent(calibrationError)}`,
    "",
    ...table([
      ["class", "images", "right", "taken most often for"],
      ...classes.map((one, label) => [
        one.name,
        String(one.images),
        one.images === 0 ? "-" : percent(one.correct / one.images),
        wrongs[label] ?? "-",
      ]),
    ]),
  ];
};

/** The class that images of another were taken for most often. */
const mostConfused = (row: readonly number[], label: number, classes: AnswerReport["classes"]): string => {
  const others = row.map((count, answer) => (answer === label ? 0 : count));
  const most = Math.max(0, ...others);
  return most === 0 ? "-" : `${classes[others.indexOf(most)]?.name} (${most})`;
};
