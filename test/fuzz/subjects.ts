import { createHash } from "node:crypto";
import { darts, type Stream } from "@bnas/search";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { Status } from "nice-grpc-common";
import { anyText, type BadField, badId, badSpecFields, badUri, badWord, outside } from "./bad-values.js";

/** What the server has: a search that is held, one that was cancelled, one that was held and then cancelled. */
export const SEARCHES = { held: "held", gone: "gone", stopped: "stopped" } as const;

/** A spec that is allowed and small. */
export const spec: JsonObject = {
  preset: "smoke",
  dataset: "shapes:?classes=3&size=8&images=120&test=30",
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 30, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes: 1, batch: 30 },
};
const plan: JsonObject = { uri: "shapes:?classes=3&size=8&images=120&test=30", seed: 7, reductionImages: 30 };
const edges = Array.from({ length: 14 }, () => "skip_connect");

/** Blobs of the store that are no checkpoint of a network: a text, and manifests of nothing and of a blob that is not there. */
export const BLOBS = {
  text: "no manifest",
  empty: '{"version":1,"tensors":{}}',
  lost: `{"version":1,"tensors":{"classifier.bias":{"dtype":"float32","shape":[3],"sha256":"${"0".repeat(64)}","blob":"${"0".repeat(64)}","offset":0}}}`,
} as const;

/** One method: a request that is allowed, and what can be wrong with it. */
export type Subject = {
  readonly valid: (random: Stream) => JsonObject;
  readonly fields: readonly BadField[];
  /** Requests that are well formed and refused for what the server holds. */
  readonly states?: readonly { readonly request: JsonObject; readonly code: Status }[];
  /** It is about searches that were never opened, too. */
  readonly takesAnyId?: true;
};

const id: BadField = { field: "searchId", draw: badId };
const ofSearch = (states: Subject["states"] = []): Subject => ({
  valid: () => ({ searchId: SEARCHES.held }),
  fields: [id],
  states,
});
const list = (random: Stream): JsonValue => {
  const length = [0, 1, 13, 15, 14, 14, 14, 5000][random.below(8)] ?? 0;
  const words = Array.from({ length }, () => darts.operations[random.below(darts.operations.length)] ?? "none");
  if (length === 14) words[random.below(14)] = badWord(darts.operations)(random);
  return words;
};

const planFields: readonly BadField[] = [
  { field: "plan.uri", draw: badUri },
  { field: "plan.imageSize", draw: (random) => [1, 2, 3, 4, 5, 6, 7, 513, 600, 4_294_967_295][random.below(10)] ?? 1 },
  { field: "plan.limit", draw: (random) => 1 + random.below(5) },
  { field: "plan.reductionImages", draw: outside(0, 120) },
];

/** Fields that are allowed by themselves, and not beside the others of `spec`. */
const between: readonly BadField[] = [
  { field: "spec.network.partial", draw: () => 3 },
  { field: "spec.weights.leastRate", draw: () => 9 },
  { field: "spec.warmup.strengthsFrom", draw: (random) => 1 + random.below(9999) },
  { field: "spec.data.reductionImages", draw: (random) => 121 + random.below(900_000) },
  { field: "spec.data.limit", draw: (random) => 1 + random.below(5), or: "spec.data.reductionImages" },
  { field: "spec.dataset", draw: badUri },
  {
    field: "spec.dataset",
    draw: (random) => `shapes:?classes=3&size=${9 + 4 * random.below(5)}&images=120&test=30`,
    or: "spec.data.imageSize",
  },
  { field: "spec.preset", draw: badWord(["smoke", "quick", "cifar10", "imagenet"]) },
];

/** What matters only to who trains. */
const training: readonly BadField[] = [
  { field: "spec.warmup.batch", draw: (random) => 61 + random.below(4000) },
  { field: "spec.reduction.batch", draw: (random) => 61 + random.below(4000) },
  { field: "spec.data.cropPadding", draw: (random) => 8 + random.below(57) },
  { field: "spec.data.cutout", draw: (random) => 9 + random.below(248) },
];

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const missing = "0123456789abcdef".repeat(4);
const model: JsonObject = {
  spec: { ...spec, strategy: "given", genotype: "published", train: { cells: 3, channels: 4, batch: 20 } },
  checkpoint: missing,
};
const sample: JsonObject = { spec, checkpoint: missing, normal: edges, reduce: edges, split: 3 };

const badOwner = (random: Stream): string => `${anyText(random)} ${"o".repeat(random.below(100))}`;

/** Every method of the API by its path: a test fails for one that is not here. */
export const subjects: Readonly<Record<string, Subject>> = {
  "/bnas.v1.SearchService/CreateSearch": {
    valid: (random) => ({ searchId: `never-${random.below(1e9)}`, spec }),
    fields: [id, { field: "owner", draw: badOwner }, ...badSpecFields, ...badSpecFields, ...between, ...training],
    states: [
      { request: { searchId: SEARCHES.held, spec: { ...spec, seed: 99 } }, code: Status.ALREADY_EXISTS },
      { request: { searchId: SEARCHES.gone, spec: { ...spec, parallel: 2 } }, code: Status.ALREADY_EXISTS },
    ],
  },
  "/bnas.v1.SearchService/GetSearch": ofSearch(),
  "/bnas.v1.SearchService/ListSearches": {
    valid: () => ({}),
    fields: [
      { field: "pageSize", draw: outside(0, 1000) },
      { field: "pageToken", draw: (random) => `${anyText(random)}!` },
      { field: "state", draw: (random) => [6, 7, 99, -1, 2_147_483_647, -2_147_483_648][random.below(6)] ?? 6 },
    ],
  },
  "/bnas.v1.SearchService/WatchSearch": {
    valid: () => ({ searchId: SEARCHES.held }),
    fields: [
      id,
      id,
      // What JavaScript could not count.
      {
        field: "afterSequence",
        draw: (random) => (9007199254740992n + BigInt(random.below(1e9))).toString(),
        or: "request",
      },
    ],
  },
  "/bnas.v1.SearchService/CancelSearch": {
    valid: () => ({ searchId: SEARCHES.held }),
    fields: [id, { field: "reason", draw: (random) => "r".repeat(1001 + random.below(500_000)) }],
  },
  "/bnas.v1.SearchService/PauseSearch": ofSearch([
    { request: { searchId: SEARCHES.gone }, code: Status.FAILED_PRECONDITION },
    { request: { searchId: SEARCHES.stopped }, code: Status.FAILED_PRECONDITION },
  ]),
  "/bnas.v1.SearchService/ResumeSearch": ofSearch([
    { request: { searchId: SEARCHES.gone }, code: Status.FAILED_PRECONDITION },
    { request: { searchId: SEARCHES.stopped }, code: Status.FAILED_PRECONDITION },
  ]),
  "/bnas.v1.SearchService/DeleteSearch": ofSearch(),
  "/bnas.v1.SearchService/GetArchitecture": ofSearch([
    { request: { searchId: SEARCHES.held }, code: Status.FAILED_PRECONDITION },
    { request: { searchId: SEARCHES.gone }, code: Status.FAILED_PRECONDITION },
  ]),
  "/bnas.v1.SearchService/GetLedger": ofSearch(),
  "/bnas.v1.SearchService/GetUsage": {
    valid: () => ({}),
    fields: [{ field: "owner", draw: badOwner }],
  },
  "/bnas.v1.SearchService/ListQuarantined": {
    valid: () => ({}),
    // Left out it is every search.
    fields: [{ field: "searchId", draw: (random) => badId(random) || "A" }],
    takesAnyId: true,
  },
  "/bnas.v1.SearchService/DropQuarantined": {
    valid: (random) => ({ sequence: 1 + random.below(1e9) }),
    fields: [{ field: "sequence", draw: () => 0 }],
    states: [{ request: { sequence: 999_999 }, code: Status.NOT_FOUND }],
  },
  "/bnas.v1.SearchService/ListArtifacts": ofSearch(),
  "/bnas.v1.SearchService/GetArtifact": {
    valid: () => ({ searchId: SEARCHES.held, name: "facts.jsonl" }),
    fields: [id],
    states: [{ request: { searchId: SEARCHES.held, name: "no-such" }, code: Status.NOT_FOUND }],
  },
  "/bnas.v1.DatasetService/DescribeDataset": { valid: () => ({ plan }), fields: planFields },
  "/bnas.v1.DatasetService/StreamBatches": {
    valid: () => ({ plan, split: 1, batch: 10 }),
    fields: [
      ...planFields,
      { field: "split", draw: (random) => [0, 6, 7, 99, -1][random.below(5)] ?? 0 },
      { field: "batch", draw: outside(1, 60) },
      { field: "shard", draw: (random) => 1 + random.below(0xffff_ffff) },
      { field: "augmentation", draw: (random) => ({ cropPadding: 8 + random.below(1e6) }) },
      { field: "augmentation", draw: (random) => ({ cutout: 9 + random.below(1e6) }) },
    ],
  },
  "/bnas.v1.EvaluatorService/EvaluateSample": {
    valid: () => sample,
    fields: [
      ...badSpecFields,
      ...between,
      { field: "checkpoint", draw: badWord([missing]) },
      { field: "checkpoint", draw: (random) => sha256([BLOBS.text, BLOBS.empty][random.below(2)] ?? "") },
      { field: "normal", draw: list },
      { field: "reduce", draw: list },
      { field: "split", draw: (random) => [6, 7, 99, -1][random.below(4)] ?? 6 },
    ],
    states: [missing, sha256(BLOBS.lost)].map((checkpoint) => ({
      request: { ...sample, checkpoint },
      code: Status.NOT_FOUND,
    })),
  },
  "/bnas.v1.EvaluatorService/EvaluateModel": {
    valid: () => model,
    fields: [
      ...badSpecFields,
      { field: "checkpoint", draw: badWord([missing]) },
      { field: "checkpoint", draw: (random) => sha256([BLOBS.text, BLOBS.empty][random.below(2)] ?? "") },
      { field: "spec.genotype", draw: (random) => ["", "published!", "Genotype("][random.below(3)] ?? "" },
      { field: "split", draw: (random) => [6, 7, 99, -1][random.below(4)] ?? 6 },
    ],
    states: [missing, sha256(BLOBS.lost)].map((checkpoint) => ({
      request: { ...model, checkpoint },
      code: Status.NOT_FOUND,
    })),
  },
  "/bnas.v1.TrainerService/GetTrainer": { valid: () => ({}), fields: [] },
};
