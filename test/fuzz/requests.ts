import { createHash } from "node:crypto";
import { OPERATIONS, type Stream, stream } from "@bnas/search";
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { Status } from "nice-grpc-common";
import { bytesOf, methods, pathOf, stringsOf, violationPath } from "./api.js";
import { anyText, type BadField, badId, badSpecFields, badUri, badWord, outside } from "./bad-values.js";
import { brokenBytes, field, unknownFields } from "./wire.js";

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

/** A call that is refused. `fields`: those of which a field violation names one; none: the code has no field. */
export type BadCall = {
  readonly method: DescMethod;
  readonly bytes: Uint8Array;
  /** What is wrong with it, for whoever reads the failure. */
  readonly wrong: string;
  readonly code: Status;
  readonly fields: readonly string[];
};

/** One method: a request that is allowed, and what can be wrong with it. */
type Subject = {
  readonly valid: (random: Stream) => JsonObject;
  readonly fields: readonly BadField[];
  /** Requests that are well formed and refused for what the server holds. */
  readonly states?: readonly { readonly request: JsonObject; readonly code: Status }[];
};

const id: BadField = { field: "searchId", draw: badId };
const unknown = (random: Stream) => ({ searchId: `no-such-${random.below(1e9)}` });
const ofSearch = (states: Subject["states"] = [], valid: JsonObject = { searchId: SEARCHES.held }): Subject => ({
  valid: () => valid,
  fields: [id],
  states,
});
const list = (random: Stream): JsonValue => {
  const length = [0, 1, 13, 15, 14, 14, 14, 5000][random.below(8)] ?? 0;
  const words = Array.from({ length }, () => OPERATIONS[random.below(OPERATIONS.length)] ?? "none");
  if (length === 14) words[random.below(14)] = badWord(OPERATIONS)(random) as (typeof OPERATIONS)[number]; // Not one, on purpose.
  return words;
};
const planFields: readonly BadField[] = [
  { field: "plan.uri", draw: badUri },
  { field: "plan.imageSize", draw: (random) => [1, 2, 3, 4, 5, 6, 7, 513, 600, 4_294_967_295][random.below(10)] ?? 1 },
  { field: "plan.limit", draw: (random) => 1 + random.below(5) },
  { field: "plan.reductionImages", draw: outside(0, 120) },
];
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
const sample: JsonObject = { spec, checkpoint: missing, normal: edges, reduce: edges, split: 3 };
const subjects: Readonly<Record<string, Subject>> = {
  "/bnas.v1.SearchService/CreateSearch": {
    valid: (random) => ({ searchId: `never-${random.below(1e9)}`, spec }),
    fields: [id, ...badSpecFields, ...badSpecFields, ...between, ...training],
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
  "/bnas.v1.SearchService/GetArchitecture": ofSearch([
    { request: { searchId: SEARCHES.held }, code: Status.FAILED_PRECONDITION },
    { request: { searchId: SEARCHES.gone }, code: Status.FAILED_PRECONDITION },
  ]),
  "/bnas.v1.SearchService/GetLedger": ofSearch(),
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
  "/bnas.v1.TrainerService/GetTrainer": { valid: () => ({}), fields: [] },
};

/** Bad call number `index` of a seed: every method in turn. */
export const badCall = (seed: number, index: number): BadCall => {
  const random = stream(seed, "fuzz", index);
  const method = methods[index % methods.length];
  if (method === undefined) throw new RangeError("the API has no methods");
  const subject = subjects[pathOf(method)];
  if (subject === undefined) throw new Error(`test/fuzz/requests.ts does not say how to call ${pathOf(method)}`);
  const hasId =
    method.input.fields.some(({ jsonName }) => jsonName === "searchId") &&
    pathOf(method) !== "/bnas.v1.SearchService/CreateSearch";
  const kinds = [
    ...(subject.fields.length > 0 ? [oneField, oneField, oneField, oneField] : []),
    ...(hasId ? [unknownId] : []),
    ...((subject.states?.length ?? 0) > 0 ? [wrongState] : []),
    ...(subject.fields.length > 0 && stringsOf(method.input).some(({ jsonName }) => jsonName !== "reason")
      ? [noUtf8]
      : []),
    broken,
  ];
  return (kinds[random.below(kinds.length)] ?? broken)(method, subject, random);
};

type Make = (method: DescMethod, subject: Subject, random: Stream) => BadCall;

const oneField: Make = (method, subject, random) => {
  const bad = subject.fields[random.below(subject.fields.length)];
  if (bad === undefined) throw new RangeError(`${pathOf(method)} has no field that can be wrong`);
  const value = bad.draw(random);
  const request = put(subject.valid(random), bad.field.split("."), value);
  return {
    method,
    bytes: Buffer.concat([bytesOf(method.input, request), unknownFields(random)]),
    wrong: `${bad.field} = ${JSON.stringify(value).slice(0, 200)}`,
    code: Status.INVALID_ARGUMENT,
    fields: [bad.field, ...(bad.or === undefined ? [] : [bad.or])].map(
      (path) => violationPath(method.input, path) ?? path,
    ),
  };
};

const unknownId: Make = (method, subject, random) => ({
  method,
  bytes: bytesOf(method.input, { ...subject.valid(random), ...unknown(random) }),
  wrong: "a search that was never opened",
  code: Status.NOT_FOUND,
  fields: [],
});

const wrongState: Make = (method, subject, random) => {
  const { request, code } = subject.states?.[random.below(subject.states.length)] ?? { request: {}, code: Status.OK };
  return { method, bytes: bytesOf(method.input, request), wrong: JSON.stringify(request), code, fields: [] };
};

/** The last value of a field counts, so what is sent after a valid message replaces a part of it. */
const noUtf8: Make = (method, subject, random) => {
  const strings = stringsOf(method.input);
  const { number, name } = strings[random.below(strings.length)] ?? { number: 1, name: "" };
  const bytes = Buffer.from([[0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8]][random.below(4)] ?? [0xff]);
  return {
    method,
    bytes: Buffer.concat([bytesOf(method.input, subject.valid(random)), field(number, bytes)]),
    wrong: `${name} is no UTF-8`,
    code: Status.INVALID_ARGUMENT,
    fields: ["request"],
  };
};

const broken: Make = (method, subject, random) => {
  const { bytes, wrong } = brokenBytes(bytesOf(method.input, subject.valid(random)), method.input, random);
  return { method, bytes, wrong, code: Status.INVALID_ARGUMENT, fields: ["request"] };
};

const put = (into: JsonObject, [first = "", ...rest]: readonly string[], value: JsonValue): JsonObject => {
  const inner = into[first];
  const isMessage = typeof inner === "object" && inner !== null && !Array.isArray(inner);
  return { ...into, [first]: rest.length === 0 ? value : put(isMessage ? inner : {}, rest, value) };
};
