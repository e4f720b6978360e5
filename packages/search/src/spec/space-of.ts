import { type InvalidInput, invalidInput, nearest, type Path } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { parseSpace } from "../space/check-space.js";
import { darts } from "../space/darts.js";
import { nasBench201 } from "../space/nas-bench-201.js";
import type { Space } from "../space/space.js";
import { withoutNone } from "../space/without-none.js";
import type { Spec } from "./spec.js";

/** The spaces that a spec may name. */
const builtIn: readonly Space[] = [darts, nasBench201];

/** Their names. */
export const SPACE_NAMES: readonly string[] = builtIn.map(({ name }) => name);

const named = (name: string): Space | undefined => builtIn.find((space) => space.name === name);

/**
 * The space of a search: the one that its spec names, or describes. A spec without one is older than spaces, and means that of DARTS.
 * @example
 * ```ts
 * import { parseSpec, spaceOf } from "@bnas/search";
 *
 * spaceOf(parseSpec({})).name; // => "darts"
 * spaceOf(parseSpec({ space: "nas-bench-201" })).operations.length; // => 5
 * ```
 */
export const spaceOf = ({
  space = darts,
  none = "allowed",
}: Pick<Spec, "space"> & Partial<Pick<Spec, "none">>): Space => {
  const found = typeof space === "string" ? named(space) : space;
  if (found === undefined) throw unknownSpace(space, ["spec", "space"]);
  return none === "excluded" ? withoutNone(found) : found;
};

/**
 * What a spec says of its space, from a value of any origin: a name, or a whole description, which may be JSON in a text (messages and
 * manifests have no unions).
 * @throws InvalidInput
 */
export const parseSpaceOfSpec = (value: unknown, where: Path): string | Space => {
  if (isObject(value)) return parseSpace(value, where);
  if (typeof value === "string" && value.trimStart().startsWith("{")) return parseSpace(parseJson(value, where), where);
  if (typeof value === "string" && named(value) !== undefined) return value;
  throw unknownSpace(value, where);
};

const parseJson = (text: string, where: Path): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const hint = error instanceof Error ? `${error.message}.` : "It cannot be read.";
    throw invalidInput(where, text, "a name, or the JSON of a whole description", hint);
  }
};

const unknownSpace = (value: unknown, where: Path): InvalidInput => {
  const near = typeof value === "string" ? `Did you mean ${nearest(value, SPACE_NAMES)}? ` : "";
  return invalidInput(
    where,
    value,
    `${SPACE_NAMES.join(", ")} or a whole description`,
    `${near}docs/space.md shows one.`,
  );
};
