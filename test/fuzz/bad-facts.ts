import { createHash } from "node:crypto";
import { type Recorded, record, type Stream, stream, type Writer, writerOf } from "@bnas/search";
import { aSpec, ID, simulate } from "@bnas/testing";

const time = "2026-01-02T03:04:05.000Z";
const some = (kind: Writer | readonly Writer[]): Writer => (typeof kind === "string" ? kind : (kind[0] ?? "pruner"));

/** Facts of every kind: two whole searches, and what may happen to one that is not finished. */
export const goodFacts: readonly Recorded[] = [
  ...[1, 2].flatMap((parallel) => simulate(aSpec({ parallel }), { seed: 7 }).facts.slice(0, 60)),
  ...simulate(aSpec(), { seed: 7 }).facts.slice(-8),
  { kind: "search.paused", control: 1 } as const,
  { kind: "search.resumed", control: 2 } as const,
  { kind: "search.cancelled", reason: "enough" } as const,
  { kind: "search.failed", reason: "no memory", hint: "take less" } as const,
].map((fact) => record(ID, fact, some(writerOf(fact.kind)), time));

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

/** What is in a value and where, the value itself first. */
const places = (value: Json, path: Path = []): { readonly path: Path; readonly value: Json }[] => {
  const inner =
    typeof value !== "object" || value === null
      ? []
      : Array.isArray(value)
        ? value.flatMap((one: Json, index) => places(one, [...path, index]))
        : Object.entries(value).flatMap(([key, one]) => places(one, [...path, key]));
  return [{ path, value }, ...inner];
};

/** The value with something else at a place; undefined takes a key away. */
const put = (value: Json, [first, ...rest]: Path, change: (was: Json) => Json | undefined): Json | undefined => {
  if (first === undefined) return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((one: Json, index) => {
      if (index !== first) return [one];
      const put_ = put(one, rest, change);
      return put_ === undefined ? [] : [put_];
    });
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      const changed = key === first ? put(one, rest, change) : one;
      return changed === undefined ? [] : [[key, changed]];
    }),
  );
};

const ofOtherType = (random: Stream, was: Json): Json => {
  const others: readonly Json[] = [
    ...(typeof was === "string" ? [] : ["1", "", "x".repeat(1 + random.below(5000)), "__proto__"]),
    ...(typeof was === "number" ? [] : [0, -1, 1e300]),
    ...(typeof was === "boolean" ? [] : [true, false]),
    ...(Array.isArray(was) ? [] : [[], [[]], [null]]),
    ...(typeof was === "object" && was !== null && !Array.isArray(was) ? [] : [{}, { kind: "search.opened" }]),
  ];
  return others[random.below(others.length)] ?? {};
};

/** Fields that specs of older facts lack, so that they may be left out. */
const YOUNGER =
  /^fact\.spec\.(space|binarizer|protocol|supernet|derive|none|conventions|genotype|weight|dedicated|budget|train|reduction\.untrained|(data|train)\.(cropArea|jitter|hue)|data\.digest)$/;

/** A fact that is not as docs/facts.md says, and what is wrong with it. */
export const badFact = (seed: number, index: number): { readonly value: unknown; readonly wrong: string } => {
  const random = stream(seed, "fuzz", "facts", index);
  // The values of Recorded are those of JSON.
  const good = goodFacts[random.below(goodFacts.length)] as unknown as Json;
  const all = places(good);
  const { path, value } = all[random.below(all.length)] ?? { path: [], value: good };
  const at = path.join(".") || "the fact";
  const last = path.at(-1);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  // A key of PerOperation may be left out, and a list of candidates may be shorter. Specs of older facts lack some fields.
  const mayGo = /^fact\.(alpha|scores|likelihoods|candidates|small|samples)\./.test(at) || YOUNGER.test(at);
  switch (random.below(5)) {
    case 0:
      if (isObject) {
        const key = ["extra", "__proto__", "constructor", "sha256", "", "toJSON"][random.below(6)] ?? "extra";
        // JSON.parse makes a key of __proto__, as the reader of a file does.
        const text = JSON.stringify(put(good, path, (was) => ({ ...(was as object), "@": 1 }))).replace(
          '"@":1',
          `${JSON.stringify(key)}:1`,
        );
        return { value: JSON.parse(text), wrong: `${at} has a key ${JSON.stringify(key)} more` };
      }
      break;
    case 1:
      if (path.length > 0 && !mayGo && typeof last === "string") {
        return { value: put(good, path, () => undefined), wrong: `${at} is missing` };
      }
      break;
    case 2:
      if (typeof value === "number") {
        const number = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][random.below(3)] ?? Number.NaN;
        return { value: put(good, path, () => number), wrong: `${at} = ${number}` };
      }
      break;
    case 3:
      if (typeof value === "string" && !/reason|hint|dataset/.test(at)) {
        const text = [`${value}x`, "", value.slice(1), ` ${value}`, "🦉".repeat(100), "../../x"][random.below(6)] ?? "";
        if (text !== value) return { value: put(good, path, () => text), wrong: `${at} = ${JSON.stringify(text)}` };
      }
      break;
  }
  return { value: put(good, path, (was) => ofOtherType(random, was)) ?? null, wrong: `${at} is of another type` };
};

/** The line of any value, with the hash that makes it count as written by bnas. */
const sealed = (value: unknown): string => {
  const body = JSON.stringify(value);
  return `${body.slice(0, -1)},"sha256":"${createHash("sha256").update(body).digest("hex")}"}`;
};

/** A file of facts that something happened to. */
export const badFile = (seed: number, index: number): string => {
  const random = stream(seed, "fuzz", "files", index);
  const from = random.below(goodFacts.length - 3);
  const lines = goodFacts.slice(from, from + 3).map(sealed);
  const which = random.below(3);
  const line = lines[which] ?? "";
  const bytes = Buffer.from(line);
  const at = random.below(bytes.length);
  const change = (): Buffer => {
    switch (random.below(7)) {
      case 0: {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ (1 << random.below(8));
        return other;
      }
      case 1:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      case 2:
        return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.below(256)]), bytes.subarray(at)]);
      case 3:
        return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(random.below(100)), bytes.subarray(at)]);
      case 4:
        return Buffer.from(sealed(badFact(seed, index).value ?? null));
      case 5:
        return Buffer.from(sealed({ ...JSON.parse(line), version: random.below(10) + 2, sha256: undefined }));
      default:
        return Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
    }
  };
  return lines.map((text, place) => (place === which ? change().toString("latin1") : text)).join("\n");
};
