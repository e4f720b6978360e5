import { DEFAULT_PRESET, PRESET_NAMES, specSchema } from "@bnas/search";
import { z } from "zod";
import type { Structural } from "./structural.js";

/** Of the spec of a search, what a manifest does not say: the operator sets it. */
export const notInManifest: readonly string[] = ["dedicated"];

/** A number that is not whole, in a manifest: Kubernetes has no floats, since they do not survive every client. */
export const DECIMAL_PATTERN = "^[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?$";

/** Longer addresses than any dataset's; Kubernetes bounds the cost of rules by it. */
const LONGEST_TEXT = 1024;

/** The JSON of a space with some hundred edges. */
const LONGEST_DESCRIPTION = 65_536;

/** A JSON Schema as zod writes it of the spec; of its words only those that specSchema uses. */
type JsonSchema = {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
};

/**
 * The fields of a search, from the schema that also checks configuration files and gRPC. Nothing but the dataset is required and
 * nothing has a default but the preset, for the preset fills what is left out.
 */
export const searchProperties = (): Record<string, Structural> => {
  const { properties = {} } = jsonSchema();
  const fields = Object.entries(properties)
    .filter(([name]) => !notInManifest.includes(name))
    .map(([name, schema]) => [name, structural(schema)] as const);
  return {
    preset: {
      type: "string",
      enum: PRESET_NAMES,
      default: DEFAULT_PRESET,
      description: "Where the numbers come from that are left out.",
    },
    ...Object.fromEntries(fields),
  };
};

/** Dotted keys of the fields that are decimals in a manifest and numbers everywhere else: `weights.rate`, ... */
export const decimalKeys = (): readonly string[] => {
  const within = ({ properties = {}, type }: JsonSchema, key: string): string[] =>
    type === "number" ? [key] : Object.entries(properties).flatMap(([name, one]) => within(one, `${key}.${name}`));
  return within(jsonSchema(), "").map((key) => key.slice(1));
};

// zod types what it writes as any JSON Schema of any draft.
const jsonSchema = () => z.toJSONSchema(specSchema) as JsonSchema;

const structural = (schema: JsonSchema): Structural => {
  const { type, description = "", enum: words, minimum = 0, maximum = 0, anyOf, properties = {} } = schema;
  // In a manifest a genotype is a text, in any form that docs/genotypes.md has; a search without one leaves it out.
  if (anyOf?.some((one) => one.$ref?.endsWith("/Genotype"))) {
    return { type: "string", minLength: 1, maxLength: LONGEST_DESCRIPTION, description };
  }
  // A name or a whole description. In a manifest the latter is its JSON, for a structural schema has no unions.
  if (anyOf?.some((one) => one.type === "string")) {
    const text = `${description} A whole description is JSON in a text.`;
    return { type: "string", minLength: 1, maxLength: LONGEST_DESCRIPTION, description: text };
  }
  if (anyOf !== undefined) return eitherOf(anyOf, description);
  if (words !== undefined) return { type: "string", enum: words, description };
  switch (type) {
    case "object":
      return {
        type: "object",
        properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, structural(one)])),
      };
    case "integer":
      return { type: "integer", format: "int64", minimum, maximum, description };
    case "number":
      return {
        type: "string",
        pattern: DECIMAL_PATTERN,
        maxLength: 32,
        description: `${description} A decimal in quotes.`,
        "x-kubernetes-validations": [
          {
            rule: `double(self) >= ${double(minimum)} && double(self) <= ${double(maximum)}`,
            message: `takes a number from ${minimum} to ${maximum}, in quotes`,
          },
        ],
      };
    case "boolean":
      return { type: "boolean", description };
    case "string":
      return { type: "string", minLength: 1, maxLength: LONGEST_TEXT, description };
    default:
      throw new Error(`a field of the spec has a schema of a kind that no manifest can say: ${JSON.stringify(schema)}`);
  }
};

/** One number, or a range of whole ones: a structural schema says the hull, and a rule what is left out between them. */
const eitherOf = (anyOf: readonly JsonSchema[], description: string): Structural => {
  const only = anyOf.find((one) => one.const !== undefined)?.const;
  const { minimum, maximum } = anyOf.find(({ type }) => type === "integer") ?? {};
  if (only === undefined || minimum === undefined || maximum === undefined || only > minimum) {
    throw new Error(`a field of the spec is a union that no manifest can say: ${JSON.stringify(anyOf)}`);
  }
  return {
    type: "integer",
    format: "int64",
    minimum: only,
    maximum,
    description,
    "x-kubernetes-validations": [
      {
        rule: `self == ${only} || self >= ${minimum}`,
        message: `takes ${only} or a whole number from ${minimum} to ${maximum}`,
      },
    ],
  };
};

/** A literal of CEL's type double. */
const double = (value: number): string => {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};
