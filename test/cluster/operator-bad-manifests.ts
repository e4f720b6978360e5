import { definition } from "../../services/operator/src/crd/definition.js";
import type { Structural } from "../../services/operator/src/crd/structural.js";

/** A spec that must be refused, and what the refusal must name. */
export type BadManifest = { readonly what: string; readonly spec: object; readonly names: string };

const spec = (): Structural => {
  // The shape of a CustomResourceDefinition.
  const { spec } = definition() as {
    readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Structural } }] };
  };
  return spec.versions[0].schema.openAPIV3Schema.properties?.spec ?? {};
};

type Path = readonly string[];

/** `{a: {b: value}}`; `[]` is a list of one. */
const at = ([first, ...rest]: Path, value: unknown): unknown => {
  if (first === undefined) return value;
  return first === "[]" ? [at(rest, value)] : { [first]: at(rest, value) };
};

const merged = (one: object, other: object): object => ({ ...one, ...other });

/** Values that a schema does not allow, in words. */
const badValues = ({
  type,
  enum: words,
  minimum,
  maximum,
  pattern,
  properties,
  ...rest
}: Structural): readonly (readonly [string, unknown])[] => {
  if (rest["x-kubernetes-int-or-string"]) return [["a list", []]];
  switch (type) {
    case "integer":
      return [
        ...(minimum === undefined ? [] : [["one below the least", minimum - 1] as const]),
        ...(maximum === undefined ? [] : [["one above the most", maximum + 1] as const]),
        ["a text", "many"],
        ["a fraction", 1.5],
      ];
    case "string":
      if (words !== undefined)
        return [
          ["a word that is not known", "nonsense"],
          ["a number", 5],
        ];
      return pattern?.includes("eE")
        ? [
            ["no decimal", "0.1.2"],
            ["a number without quotes", 0.5],
            ["more than the most", "99999999"],
          ]
        : [["a number", 5]];
    case "boolean":
      return [["a text", "yes"]];
    case "array":
      return [["an object", {}]];
    default:
      return [
        ["a text", "text"],
        ...(properties === undefined ? [] : [["a field that is not known", { nonsense: 1 }] as const]),
      ];
  }
};

const walk = (schema: Structural, path: Path): readonly BadManifest[] => {
  const name = path.filter((part) => part !== "[]").at(-1) ?? "";
  const own =
    path.length === 0
      ? []
      : badValues(schema).map(([what, value]) => ({
          what: `${path.join(".")}: ${what}`,
          spec: merged({ dataset: "shapes:" }, at(path, value) as object),
          names: what === "a field that is not known" ? "nonsense" : name,
        }));
  const within = Object.entries(schema.properties ?? {}).flatMap(([field, one]) => walk(one, [...path, field]));
  const items = schema.items === undefined ? [] : walk(schema.items, [...path, "[]"]);
  return [...own, ...within, ...items];
};

/** From the schema: every field with every kind of value that it does not take. */
export const badByField = (): readonly BadManifest[] => [
  { what: "no dataset", spec: {}, names: "dataset" },
  { what: "an empty dataset", spec: { dataset: "" }, names: "dataset" },
  { what: "dedicated, which the operator sets", spec: { dataset: "shapes:", dedicated: true }, names: "dedicated" },
  ...walk(spec(), []),
];

/** By the rules between fields. */
export const badTogether: readonly BadManifest[] = (
  [
    ["network.partial", { network: { channels: 10, partial: 4 } }],
    ["data.imageSize", { data: { imageSize: 30 } }],
    ["data.imageSize", { data: { imageSize: 7 } }],
    ["data.imageSize", { network: { stem: "imagenet" }, data: { imageSize: 36 } }],
    ["data.cutout", { data: { imageSize: 32, cutout: 33 } }],
    ["data.reductionImages", { data: { limit: 100, reductionImages: 101 } }],
    ["warmup.batch", { data: { limit: 100 }, warmup: { batch: 51 } }],
    ["reduction.batch", { data: { limit: 100 }, reduction: { batch: 51 } }],
    ["weights.leastRate", { weights: { rate: "0.01", leastRate: "0.1" } }],
    ["supernet", { supernet: "paths" }],
    ["supernet", { supernet: "paths", strategy: "pc-darts", sample: "all" }],
    ["warmup.strengthsFrom", { warmup: { epochs: 2, strengthsFrom: 3 } }],
    ["warmup.strengthsFrom", { warmup: { epochs: 2, strengthsFrom: 2 } }],
    ["warmup.strengthsFrom", { strategy: "pc-darts", sample: "all", warmup: { epochs: 2, strengthsFrom: 2 } }],
    ["warmup.epochs", { warmup: { epochs: 0 } }],
    ["warmup.epochs", { strategy: "pc-darts", warmup: { epochs: 0 } }],
    ["trainers.min", { trainers: { min: 3, max: 2 } }],
    ["trainers.min", { trainers: { min: 2 } }],
    ["weights.rate", { weights: { rate: "0" } }],
    ["weights.rate", { weights: { rate: "-1" } }],
    ["strengths.beta1", { strengths: { beta1: "1" } }],
    ["queueName", { queueName: "Not_A_Label" }],
    ["trainers.resources.limits", { trainers: { resources: { limits: { "nvidia.com/gpu": "one" } } } }],
  ] as const
).map(([field, rest]) => ({
  what: `${field}: ${JSON.stringify(rest)}`,
  spec: { dataset: "shapes:", ...rest },
  names: field.split(".").at(-1) ?? "",
}));
