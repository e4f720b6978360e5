import { SPACE_NAMES, type Stream, specSchema } from "@bnas/search";
import type { JsonValue } from "@bufbuild/protobuf";
import { z } from "zod";

/**
 * A field and values that it must not have, drawn again each time. `field` is the JSON name: `spec.network.cells`. `or`: another
 * field that may be blamed.
 */
export type BadField = { readonly field: string; readonly draw: (random: Stream) => JsonValue; readonly or?: string };

const pick = <T>(random: Stream, items: readonly [T, ...T[]]): T => items[random.below(items.length)] ?? items[0];

/** What one of these gives. */
const oneOf = <T>(random: Stream, makers: readonly [() => T, ...(() => T)[]]): T => pick<() => T>(random, makers)();

const letters = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_./:?&=%+ \t\n\0\u0001\u007f\"'\\<>{}äß→漢字🜁🦉\u202e";
const characters = [...letters];

/** Any text: short, long, of characters that break what is careless. */
export const anyText = (random: Stream, most = 40): string =>
  Array.from({ length: random.below(most) }, () => characters[random.below(characters.length)] ?? "x").join("");

/** As long as a request may be that was meant to hurt. */
const hugeText = (random: Stream): string =>
  pick(random, ["x", "ab&", "🦉", "\0", "漢", "=1&seed", "../"]).repeat(1000 * (1 + random.below(100)));

const notable = [
  "",
  " ",
  ".",
  "..",
  "../../../etc/passwd",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "NaN",
  "%s%n%x",
  "'; DROP TABLE facts; --",
  "*",
  ">",
  "bnas.search.>",
  "a\nb",
  `x${"🦉".repeat(100)}`,
  `${"🦉".repeat(100)}`,
] as const;

const text = (random: Stream): string => {
  switch (random.below(4)) {
    case 0:
      return pick(random, notable);
    case 1:
      return hugeText(random);
    default:
      return anyText(random);
  }
};

/** A text that none of these words is, often close to one of them. */
export const badWord =
  (words: readonly string[]) =>
  (random: Stream): string => {
    const near = words[random.below(words.length)] ?? "";
    const word = oneOf<string>(random, [
      () => text(random),
      () => `${near}s`,
      () => near.toUpperCase(),
      () => near.slice(1),
      () => `${near} `,
    ]);
    return words.includes(word) ? `${word}!` : word;
  };

export const badId = (random: Stream): string => {
  const id = oneOf<string>(random, [
    () => text(random),
    () => "A",
    () => "a.b",
    () => "a".repeat(64 + random.below(1000)),
    () => "ä",
  ]);
  return /^[a-z0-9-]{1,63}$/.test(id) ? `${id}.` : id;
};

const greatest = 0xffff_ffff;

/** A whole number that a uint32 holds and these limits do not. */
export const outside =
  (least: number, most: number) =>
  (random: Stream): number =>
    oneOf<number>(random, [
      () => Math.min(greatest, most + 1),
      () => (least > 0 ? random.below(least) : greatest),
      () => most + 1 + random.below(greatest - most),
      () => greatest,
    ]);

const outsideReal =
  (least: number, most: number) =>
  (random: Stream): JsonValue =>
    pick(random, [
      "NaN",
      "Infinity",
      "-Infinity",
      most * 2 + 1,
      least - 1,
      -1e308,
      1e308,
      least - Number.EPSILON * (1 + least),
      -1e-320,
    ]);

/** Every field of the spec by its schema: what is added there is met here. */
export const badSpecFields: readonly BadField[] = fieldsOf(z.toJSONSchema(specSchema), "spec");

function fieldsOf(schema: unknown, path: string): BadField[] {
  if (!isObject(schema)) return [];
  if (isObject(schema.properties)) {
    return Object.entries(schema.properties).flatMap(([name, inner]) => fieldsOf(inner, `${path}.${name}`));
  }
  const { type, minimum, maximum, enum: words, anyOf } = schema;
  if (Array.isArray(words)) return [{ field: path, draw: badWord(words.map(String)) }];
  // A name of a space, or a description of one.
  if (Array.isArray(anyOf) && anyOf.some((one) => isObject(one) && one.type === "string")) {
    return [
      { field: path, draw: (random) => (random.below(4) === 0 ? `{${text(random)}` : badWord(SPACE_NAMES)(random)) },
    ];
  }
  // A genotype is a text in a message; the empty one is none.
  if (Array.isArray(anyOf) && anyOf.some((one) => isObject(one) && one.type === "null")) {
    return [{ field: path, draw: (random) => badWord(["published"])(random) || "Genotype(" }];
  }
  // `0 or 8 to 512`
  if (Array.isArray(anyOf))
    return [{ field: path, draw: (random) => pick(random, [1, 2, 7, 513, greatest, 8 + random.below(500) * 4 + 1]) }];
  if (typeof minimum !== "number" || typeof maximum !== "number") return [];
  if (type === "number") return [{ field: path, draw: outsideReal(minimum, maximum) }];
  // Every value of the seed is allowed.
  return minimum === 0 && maximum === greatest ? [] : [{ field: path, draw: outside(minimum, maximum) }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Dataset URIs of nothing that could be opened. */
export const badUri = (random: Stream): string =>
  oneOf<string>(random, [
    () => badWord(["shapes:"])(random).replace(/^shapes:/, "shape:"),
    () => `shapes:?${anyText(random, 10)}x`,
    () =>
      `shapes:?images=${pick(random, ["0", "-1", "1e3", "1000001", "", "NaN", "0x10", "4=4", "99999999999999999999"])}`,
    () => `shapes:?classes=${pick(random, ["1", "9", "0", " 3", "three"])}`,
    () => `shapes:?classes=3&classes=3`,
    () => `shapes:?size=512&images=1000000`,
    () => `shapes:?classes=3&size=8&images=120&test=30${"&".repeat(5000 + random.below(90_000))}`,
    () =>
      `${pick(random, ["cifar10", "cifar100", "idx", "folder"])}:${pick(random, ["", " ", "/nowhere", "/dev/zero", "/dev/stdin", "/proc/self/mem", "/etc/passwd", "/root/\0", "~", "/etc", ".", "/proc", `/${"x".repeat(300)}`, `/${"y/".repeat(20_000)}`, hugeText(random)])}`,
    () => `${pick(random, ["cifar11", "CIFAR10", "http", "file", "s3", "", " shapes"])}:${anyText(random)}`,
    () => hugeText(random),
  ]);
