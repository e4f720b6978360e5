import { fieldOf, type InvalidInput, invalidInput, nearest, type Path, showValue } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { parseGenotypeOfSpec } from "./genotype-of.js";
import { DEFAULT_PRESET, isPresetName, PRESET_NAMES, preset } from "./presets.js";
import { parseSpaceOfSpec, spaceOf } from "./space-of.js";
import { type Spec, specSchema } from "./spec.js";
import { SPEC_FIELDS } from "./spec-fields.js";
import { checkSpec } from "./spec-rules.js";

/**
 * A complete spec from what a person gave: `{preset?, ...any fields}`, of any depth. What is left out comes from the preset
 * (cifar10 when none is named); for `pc-darts` from its own numbers where the preset has them. A complete spec gives itself.
 * @throws InvalidInput whose field is the dotted path (`spec.network.cells`) and whose hint names the nearest known word
 * @example
 * ```ts
 * import { parseSpec } from "@bnas/search";
 *
 * const spec = parseSpec({ preset: "smoke", seed: 7 });
 * spec.seed; // => 7
 * spec.strategy; // => "bnas"
 * parseSpec({ network: { cels: 8 } }); // throws Did you mean spec.network.cells?
 * ```
 */
export const parseSpec = (input: unknown): Spec => {
  if (!isObject(input)) {
    throw invalidInput(
      "spec",
      input,
      "an object of spec fields",
      "docs/spec.md lists the fields; {} is the paper's search.",
    );
  }
  const { preset: name = DEFAULT_PRESET, ...given } = input;
  if (!isPresetName(name)) throw unknownWord(["spec", "preset"], name, PRESET_NAMES);
  const strategy = specSchema.shape.strategy.safeParse(given.strategy);
  const defaults = preset(name, strategy.data);
  const space = parseSpaceOfSpec(given.space ?? defaults.space, ["spec", "space"]);
  const merged = {
    ...merge(defaults, given, ["spec"]),
    space,
    genotype: parseGenotypeOfSpec(given.genotype ?? null, spaceOf({ space }), ["spec", "genotype"]),
  };
  const parsed = specSchema.safeParse(merged);
  if (!parsed.success) {
    const path = (parsed.error.issues[0]?.path ?? []).map(String);
    throw refused(path, valueAt(merged, path), `The preset ${name} has ${JSON.stringify(valueAt(defaults, path))}.`);
  }
  checkSpec(parsed.data);
  return parsed.data;
};

/** `given` over `defaults`; every key that `defaults` does not know is refused. Undefined means left out. */
const merge = (defaults: object, given: Readonly<Record<string, unknown>>, path: Path): object => {
  const merged: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, key)) throw unknownKey(path, key, value, Object.keys(defaults));
    if (value === undefined) continue;
    const known = merged[key];
    if (!isObject(known)) merged[key] = value;
    else if (isObject(value)) merged[key] = merge(known, value, [...path, key]);
    else
      throw invalidInput(
        [...path, key],
        value,
        `an object of ${Object.keys(known).join(", ")}`,
        `Write ${key}: { ... }.`,
      );
  }
  return merged;
};

const unknownKey = (path: Path, key: string, value: unknown, siblings: string[]): InvalidInput => {
  const known = path.length === 1 ? ["preset", ...siblings] : siblings;
  const dotted = nestedHint(path, key, value, known);
  if (dotted !== undefined) return invalidInput([...path, key], value, `only the fields ${known.join(", ")}`, dotted);
  // A field of another section is more likely misplaced than misspelt: `cells` beside `network`.
  const elsewhere = SPEC_FIELDS.map((one) => one.key).find((other) => other.split(".").at(-1) === key);
  const hint =
    elsewhere === undefined
      ? `Did you mean ${fieldOf([...path, nearest(key, known)])}?`
      : `Did you mean spec.${elsewhere}?`;
  return invalidInput([...path, key], value, `only the fields ${known.join(", ")}`, hint);
};

/** The docs write fields with dots: `network.cells: 3` means `network: { cells: 3 }`. Undefined for a key of another form. */
const nestedHint = (path: Path, key: string, value: unknown, known: readonly string[]): string | undefined => {
  const names = key.split(".").filter((name, i) => i > 0 || name !== "spec");
  const [first = "", ...inner] = names;
  if (inner.length === 0 || !key.includes(".")) return undefined;
  const section = known.includes(first) ? first : nearest(first, known);
  const written = inner.reduceRight((text, name) => `{ ${name}: ${text} }`, showValue(value));
  const where = path.length === 1 ? "" : ` within ${fieldOf(path)}`;
  return `A dot in a name is no nesting: write ${section}: ${written}${where}.`;
};

const unknownWord = (path: Path, value: unknown, words: readonly string[]): InvalidInput =>
  invalidInput(
    path,
    value,
    words.join(", "),
    `Did you mean ${nearest(typeof value === "string" ? value : "", words)}?`,
  );

const valueAt = (spec: object, path: readonly string[]): unknown =>
  path.reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), spec);

const refused = (path: readonly string[], value: unknown, hint: string): InvalidInput => {
  const key = path.join(".");
  const words = wordsAt(key);
  if (words !== undefined) return unknownWord(["spec", ...path], value, words);
  const allowed = SPEC_FIELDS.find((field) => field.key === key)?.allowed ?? "another value";
  return invalidInput(["spec", ...path], value, allowed, hint);
};

const wordsAt = (key: string): readonly string[] | undefined => {
  const { strategy, binarize, binarizer, sample, protocol, supernet, derive, none, conventions, network, data, train } =
    specSchema.shape;
  const words = {
    strategy,
    binarize,
    binarizer: binarizer.unwrap(),
    sample,
    protocol: protocol.unwrap(),
    supernet: supernet.unwrap(),
    derive: derive.unwrap(),
    none: none.unwrap(),
  };
  const { xnor, stemNorm, reductionImages } = conventions.unwrap().shape;
  const { schedule, policy } = train.unwrap().shape;
  const deeper = {
    "network.stem": network.shape.stem,
    "conventions.xnor": xnor,
    "conventions.stemNorm": stemNorm,
    "conventions.reductionImages": reductionImages,
    "train.schedule": schedule,
    "train.policy": policy,
    "data.digest": data.shape.digest.unwrap(),
  };
  return { ...words, ...deeper }[key]?.options;
};
