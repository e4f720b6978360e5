import { createHash } from "node:crypto";
import {
  type CheckpointRef,
  type FactOf,
  fullSpace,
  mapEdges,
  type Network,
  type PerOperation,
  perEdge,
  row,
  type Spec,
  spaceOf,
  stream,
  type Tensors,
} from "@bnas/search";
import { type BlobStore, loadCheckpoint, saveCheckpoint } from "@bnas/store";

// In the place of tensors: numbers that follow from the request and from every bit of the checkpoint that it starts from. Who takes
// another checkpoint, or merges in another order, gets another answer, and in the end another genotype.

const numberOf = (...parts: readonly unknown[]): number =>
  createHash("sha256").update(JSON.stringify(parts, sorted)).digest().readUInt32LE(0);

/** Whatever the order of an object's fields, it is one text. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

const contentOf = (tensors: Tensors): readonly unknown[] =>
  [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { values }]) => [name, ...values]);

const tensor = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });

/** A small number, so that sums of them are exact in any order and means are not. */
const weight = (number: number): number => (number % 1_000_003) / 1_000_003;

/** What a request is, without what it says of other facts: their times are in it. */
const asked = (spec: Spec, { after: _, ...fact }: { readonly after?: unknown }): number => numberOf(spec.seed, fact);

const before = async (store: BlobStore, from: CheckpointRef | null): Promise<readonly unknown[]> =>
  from === null ? [] : contentOf(await loadCheckpoint(store, from));

const imagesOf = (job: number): number => 100 + 10 * job;

export const trainEpoch = async (store: BlobStore, spec: Spec, fact: FactOf<"epoch.requested">) => {
  const number = numberOf(asked(spec, fact), await before(store, fact.from));
  const drawn = stream(number, "alpha");
  const space = spaceOf(spec);
  // A coarse grid, so that strengths tie now and then.
  const alpha: PerOperation = mapEdges(fullSpace(space), (operations) =>
    row(operations, () => drawn.below(20) / 20 - 0.5),
  );
  const beta = perEdge(space, () => drawn.below(100) / 100);
  const changed = new Map([
    ["classifier", tensor(weight(number), spec.seed)],
    ["stem", tensor(weight(number + 1), weight(number + 2))],
  ]);
  const checkpoint = await saveCheckpoint(store, fact.from, changed);
  return { kind: "epoch.trained", checkpoint, loss: weight(number), images: imagesOf(fact.job), alpha, beta } as const;
};

export const trainSample = async (store: BlobStore, spec: Spec, fact: FactOf<"sample.requested">) => {
  const number = numberOf(asked(spec, fact), await before(store, fact.from));
  const changed = new Map([
    ["classifier", tensor(weight(number), spec.seed)],
    [`operation ${fact.sample}`, tensor(weight(number + 1))],
    ["stem", tensor(weight(number + 2), weight(number + 3))],
  ]);
  const checkpoint = await saveCheckpoint(store, fact.from, changed);
  return { kind: "sample.trained", checkpoint, loss: weight(number), images: imagesOf(fact.job) } as const;
};

export const trainModel = async (store: BlobStore, spec: Spec, fact: FactOf<"model.epoch.requested">) => {
  const number = numberOf(asked(spec, fact), await before(store, fact.from));
  const changed = new Map([["model", tensor(weight(number), spec.seed)]]);
  const checkpoint = await saveCheckpoint(store, fact.from, changed);
  return { kind: "model.epoch.trained", checkpoint, loss: weight(number), images: 100 } as const;
};

/** Right answers of 100. Few different ones, so that samples tie now and then. */
export const evaluate = async (
  store: BlobStore,
  checkpoint: CheckpointRef,
  network: Network | object,
): Promise<{ readonly correct: number; readonly total: number }> => ({
  correct: numberOf(network, contentOf(await loadCheckpoint(store, checkpoint))) % 101,
  total: 100,
});
