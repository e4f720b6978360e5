import { z } from "zod";
import { isObject } from "../is-object.js";
import { specSchema } from "./spec.js";

/** One field of the spec, as docs/spec.md and error messages show it. */
export type SpecField = {
  /** Dotted, without the leading `spec`: `network.cells`. */
  readonly key: string;
  /** `a whole number from 2 to 32`. */
  readonly allowed: string;
  /** What it means, in Markdown. */
  readonly meaning: string;
};

/** What a value of this JSON Schema may be, in words. */
const inWords = (schema: unknown): string => {
  if (!isObject(schema)) return "a value";
  const { anyOf, enum: words, const: only, type, minimum, maximum } = schema;
  if (Array.isArray(anyOf)) return anyOf.map(inWords).join(" or ");
  if (Array.isArray(words))
    return words
      .map(String)
      .join(", ")
      .replace(/, ([^,]*)$/, " or $1");
  if (only !== undefined) return String(only);
  if (type === "null") return "null";
  if (schema.$ref === "#/$defs/Genotype") return "a genotype";
  if (type === "boolean") return "true or false";
  if (type === "string") return "a text that is not empty";
  if (type === "object" || schema.$ref !== undefined) return "a whole description";
  return `${type === "integer" ? "a whole number" : "a number"} from ${minimum} to ${maximum}`;
};

const fieldsOf = (schema: unknown, prefix: string): SpecField[] => {
  if (!isObject(schema) || !isObject(schema.properties)) return [];
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    if (!isObject(property)) return [];
    if (property.type === "object") return fieldsOf(property, `${key}.`);
    return [{ key, allowed: inWords(property), meaning: String(property.description ?? "") }];
  });
};

/** Every field of the spec, in the order of the schema. */
export const SPEC_FIELDS: readonly SpecField[] = fieldsOf(z.toJSONSchema(specSchema), "");

/** Dotted keys of every field of the spec: `dataset`, ..., `network.cells`, ... */
export const specKeys: readonly string[] = SPEC_FIELDS.map(({ key }) => key);
