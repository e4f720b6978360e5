import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Of } from "@bnas/disk";
import { fault } from "@bnas/errors";
import type { Graph, Model } from "@bnas/model";
import type { Engine } from "@bnas/network";
import type { Consumer, Request, Versions } from "../form/consumer.js";
import type { Exported } from "../form/exported.js";
import { LOGITS } from "../form/logits.js";
import { writeFiles } from "../form/write-files.js";
import { fixedImages } from "./fixed-images.js";
import { type Comparison, layerByLayer } from "./layer-by-layer.js";
import { type Reference, referenceOf } from "./reference.js";
import { trainedLogits } from "./trained-logits.js";

/** The most that a logit may differ from that of the graph. */
const BOUND = 1e-4;

/** Numbers of values in between that are asked for at once: 64 MiB. */
const MOST_NUMBERS = 1 << 24;

/** How far logits of a number of images are from those of the graph. */
type Agreement = {
  /** The largest difference of a logit, over the images that must keep the bound. */
  readonly largest: number;
  /** Images that must keep the bound. The others have a number within rounding of 0 in front of a sign: there rounding may decide. */
  readonly images: number;
  /** The largest difference over the others; null where there is none. */
  readonly others: number | null;
};

/** What ran an exported network, and how far it was from the trained one. */
type ConsumerProof = {
  readonly name: string;
  readonly versions: Versions;
  readonly logits: Agreement;
  /** Value by value, over all images. */
  readonly layers: Omit<Comparison, "first">;
};

/** How far logits move by rounding, at most, and of how many images the class changes. */
type Rounding = { readonly largest: number; readonly classes: number };

/** Why an exported network may be trusted: `export-check.json`. */
export type Proof = {
  readonly images: { readonly count: number; readonly sha256: string };
  readonly bound: number;
  /** The network that was trained, by the engine that trains, against the graph that is exported. */
  readonly engine: { readonly name: string; readonly digest: string; readonly logits: Agreement };
  /** What numbers of fewer bits do, where the form has them: the graph that is written against the one that was trained. */
  readonly rounding: Rounding | null;
  readonly consumers: readonly ConsumerProof[];
  /** Consumers that this machine has not: name and reason. */
  readonly missing: Readonly<Record<string, string>>;
};

export type Proving = {
  readonly model: Model;
  /** The graph that was written. */
  readonly graph: Graph;
  /** The graph of the trained network, where that which was written has rounded numbers. */
  readonly trained?: Graph;
  /** Where its files lie. */
  readonly folder: string;
  readonly exported: Exported;
  readonly consumers: readonly Consumer[];
  readonly engine: Engine;
  readonly images: number;
};

/**
 * Compare an exported network with the one that was trained, on images that are always the same, in every consumer that the machine has.
 * It rejects with INTERNAL that names the first value that differs, or the image whose logits do.
 */
export const prove = async (proving: Proving): Promise<Proof> => {
  const { model, graph, trained = graph, consumers, engine } = proving;
  const images = fixedImages(graph, proving.images);
  const exact = referenceOf(trained, images);
  const reference = graph === trained ? exact : referenceOf(graph, images);
  const proofs: ConsumerProof[] = [];
  const missing: Record<string, string> = {};
  const agreed = agreement(`the engine ${engine.name}`, exact, await trainedLogits(engine, model, images));
  for (const consumer of consumers) {
    const versions = await consumer.find();
    if (typeof versions === "string") missing[consumer.name] = versions;
    else proofs.push(await proofBy(consumer, versions, proving, images, reference));
  }
  return {
    images: { count: proving.images, sha256: sha256Of(new Uint8Array(images.buffer)) },
    bound: BOUND,
    engine: { name: engine.name, digest: engine.digest, logits: agreed },
    rounding: reference === exact ? null : roundingOf(exact, reference),
    consumers: proofs,
    missing,
  };
};

const proofBy = async (
  consumer: Consumer,
  versions: Versions,
  { graph, folder, exported, images: count }: Proving,
  images: Float32Array,
  reference: Reference,
): Promise<ConsumerProof> => {
  const { height, width, channels } = graph.input;
  const size = height * width * channels;
  const ask = (model: string, from: number, to: number, values: Request["values"]) =>
    consumer.run({
      model,
      images: images.subarray(from * size, to * size),
      shape: [to - from, height, width, channels],
      values,
    });
  const scratch = await mkdtemp(join(tmpdir(), "bnas-proof-"));
  try {
    await writeFiles(scratch, exported.traced.files);
    const logits = { name: LOGITS, size: graph.classes.length };
    const values = [...exported.traced.values, logits];
    const given = new Float32Array(count * logits.size);
    const chunk = Math.max(1, Math.floor(MOST_NUMBERS / values.reduce((sum, value) => sum + value.size, 0)));
    const layers = { values: 0, sums: 0, largest: 0, signs: 0 };
    for (let from = 0; from < count; from += chunk) {
      const to = Math.min(count, from + chunk);
      const all = await ask(join(scratch, exported.traced.opened), from, to, values);
      given.set(all.get(LOGITS) ?? [], from * logits.size);
      for (let image = from; image < to; image++) {
        const own = new Map(
          exported.traced.values.map(({ name, size }) => [name, part(all.get(name), image - from, size)]),
        );
        const compared = layerByLayer(graph, part(images, image, size), own);
        if (compared.first !== undefined) throw differs(consumer.name, versions, compared.first, image);
        layers.values += compared.values;
        layers.sums += compared.sums;
        layers.largest = Math.max(layers.largest, compared.largest);
        layers.signs += compared.signs;
      }
    }
    // Where the traced files are those that users get, their logits are known by now.
    const plain =
      exported.traced.files === exported.files
        ? given
        : ((await ask(join(folder, exported.opened), 0, count, [logits])).get(LOGITS) ?? new Float32Array());
    return { name: consumer.name, versions, logits: agreement(consumer.name, reference, plain), layers };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

const part = (values: Float32Array | undefined, index: number, size: number): Float32Array =>
  values?.subarray(index * size, (index + 1) * size) ?? new Float32Array();

/** @throws INTERNAL when logits of images that must keep the bound are further away */
const agreement = (by: string, { logits, doubtful }: Reference, got: Float32Array): Agreement => {
  const classes = logits.length / doubtful.length;
  const apart = doubtful.map((_, image) => {
    const [wanted, other] = [part(logits, image, classes), part(got, image, classes)];
    return wanted.reduce((most, value, place) => Math.max(most, distance(value, other[place])), 0);
  });
  const held = apart.filter((_, image) => doubtful[image] === 0);
  const others = apart.filter((_, image) => doubtful[image] !== 0);
  const worst = apart.findIndex((value, image) => doubtful[image] === 0 && value > BOUND);
  if (worst === -1) {
    return {
      largest: Math.max(0, ...held),
      images: held.length,
      others: others.length === 0 ? null : Math.max(...others),
    };
  }
  throw fault(
    "INTERNAL",
    `${by} gives logits of image ${worst} that are ${apart[worst]} away from the trained network's, more than ${BOUND}`,
    HINT,
  );
};

const roundingOf = ({ logits, doubtful }: Reference, rounded: Reference): Rounding => {
  const classes = logits.length / doubtful.length;
  const likeliest = (of: Float32Array, image: number): number => {
    const own = part(of, image, classes);
    return own.indexOf(Math.max(...own));
  };
  return {
    largest: logits.reduce((most, value, place) => Math.max(most, distance(value, rounded.logits[place])), 0),
    classes: doubtful.filter((_, image) => likeliest(logits, image) !== likeliest(rounded.logits, image)).length,
  };
};

const distance = (one: number, other = Number.NaN): number =>
  Number.isFinite(other) ? Math.abs(one - other) : Number.POSITIVE_INFINITY;

const HINT = "Nothing was written. Please report it, with the model; docs/exports.md says what is compared.";

const differs = (by: string, versions: Versions, first: string, image: number) =>
  fault(
    "INTERNAL",
    `${by} ${Object.values(versions)[0] ?? ""} does not compute the trained network: ${first} is the first layer that differs, on image ${image}`,
    HINT,
  );
