import { invalidInput } from "@bnas/errors";
import { parseSpec, type Spec } from "@bnas/search";
import { DECIMAL_PATTERN, decimalKeys, notInManifest } from "../crd/spec-schema.js";
import { apiVersion, KIND } from "../kube/resource-name.js";

/** Fields of a manifest that say where and whether a search runs, and nothing of the search. */
const placementFields: readonly string[] = ["trainers", "suspend", "queueName", "ttlSecondsAfterFinished"];

const decimals = decimalKeys();

/** Whether a document says that it is a Kubernetes object. */
export const isManifest = (value: object): boolean => "apiVersion" in value && "kind" in value;

/**
 * What parseSpec takes, from an ArchitectureSearch as kubectl applies it: the fields of the search alone, decimals as numbers.
 * @throws InvalidInput for another kind of object, and for a decimal that is none
 */
export const specInputOf = (manifest: object): Record<string, unknown> => {
  const fields: Readonly<Record<string, unknown>> = { ...manifest };
  for (const [field, allowed] of [
    ["apiVersion", apiVersion],
    ["kind", KIND],
  ] as const) {
    if (fields[field] !== allowed) {
      throw invalidInput(field, fields[field], allowed, "Only an ArchitectureSearch describes a search.");
    }
  }
  if (!isRecord(fields.spec)) {
    throw invalidInput("spec", fields.spec, "the fields of a search", "docs/spec.md lists them.");
  }
  return searchFields(fields.spec);
};

/** As specInputOf, of the spec alone. */
export const searchFields = (spec: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  for (const field of notInManifest) {
    if (field in spec) {
      throw invalidInput(["spec", field], spec[field], "nothing", "Leave it out: the operator sets it.");
    }
  }
  const given = Object.entries(spec).filter(([field]) => !placementFields.includes(field));
  return Object.fromEntries(given.map(([field, value]) => [field, withNumbers(value, field)]));
};

/** The complete spec of the search of an object. Its trainers are its own. @throws InvalidInput */
export const specOf = (spec: Readonly<Record<string, unknown>>): Spec =>
  parseSpec({ ...searchFields(spec), dedicated: true });

const withNumbers = (value: unknown, key: string): unknown => {
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withNumbers(one, `${key}.${name}`)]));
  }
  return decimals.includes(key) ? decimal(value, key) : value;
};

const decimal = (value: unknown, key: string): number => {
  if (typeof value === "string" && new RegExp(DECIMAL_PATTERN).test(value)) return Number(value);
  const hint = typeof value === "number" ? `Write "${value}".` : 'Write it as "0.025" or "5e-4".';
  throw invalidInput(`spec.${key}`, value, "a decimal in quotes, as Kubernetes has no floats", hint);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
