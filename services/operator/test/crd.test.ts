import { readFileSync } from "node:fs";
import { SPEC_FIELDS } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { definition, definitionText } from "../src/crd/definition.js";
import { decimalKeys, searchProperties } from "../src/crd/spec-schema.js";
import type { Structural } from "../src/crd/structural.js";
import { conditionsTable } from "../src/status/conditions.js";

const repository = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, repository), "utf8");

/** Every schema within a schema, with its path. */
const within = (schema: Structural, path = ""): readonly (readonly [string, Structural])[] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => within(one, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : within(schema.items, `${path}[]`)),
  ...(schema.additionalProperties === undefined ? [] : within(schema.additionalProperties, `${path}{}`)),
];

const root = (): Structural => {
  const { spec } = definition() as {
    readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Structural } }[] };
  };
  return spec.versions[0]?.schema.openAPIV3Schema ?? {};
};
const everything = within(root());
const find = (path: string): Structural | undefined => everything.find(([one]) => one === path)?.[1];

describe("the CustomResourceDefinition", () => {
  it("lies in deploy/crd as it is generated: npm run crd --workspace services/operator", () => {
    expect(read("deploy/crd/architecturesearches.bnas.dev.yaml")).toBe(definitionText());
  });

  it("has every field of the spec of a search but `dedicated`, which the operator sets", () => {
    const keys = SPEC_FIELDS.map(({ key }) => key).filter((key) => key !== "dedicated");
    for (const key of keys) expect(find(`.spec.${key}`), key).toBeDefined();
    expect(find(".spec.dedicated")).toBeUndefined();
  });

  it("has no other field of a search", () => {
    const names = Object.keys(searchProperties()).filter((name) => name !== "preset");
    const known = new Set(SPEC_FIELDS.map(({ key }) => key.split(".")[0]));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it("takes the range of whole numbers and the words from the schema of the spec", () => {
    expect(find(".spec.network.cells")).toMatchObject({ type: "integer", minimum: 2, maximum: 32 });
    expect(find(".spec.seed")).toMatchObject({ type: "integer", minimum: 0, maximum: 4294967295 });
    expect(find(".spec.binarize")?.enum).toEqual(["weights", "weights+activations", "none"]);
  });

  it("has no floats: a number that is not whole is a text of digits", () => {
    const types = everything.map(([, { type }]) => type);
    expect(types).not.toContain("number");
    for (const key of decimalKeys()) expect(find(`.spec.${key}`), key).toMatchObject({ type: "string", maxLength: 32 });
    expect(decimalKeys()).toContain("weights.rate");
  });

  it("asks for nothing but a dataset, and fills in nothing that a preset would", () => {
    expect(find(".spec")?.required).toEqual(["dataset"]);
    const filled = everything
      .filter(([path, { default: value }]) => path.startsWith(".spec") && value !== undefined)
      .map(([path]) => path);
    expect(filled).toEqual([
      ".spec.preset",
      ".spec.trainers",
      ".spec.trainers.min",
      ".spec.trainers.max",
      ".spec.suspend",
    ]);
  });

  it("bounds everything in the status, so that an object stays small however long its search", () => {
    for (const [path, schema] of everything.filter(([path]) => path.startsWith(".status"))) {
      const { type, maxLength, maxItems, enum: words, format, additionalProperties } = schema;
      if (type === "string") expect(maxLength ?? words ?? format, path).toBeDefined();
      if (type === "array") expect(maxItems, path).toBeLessThan(100);
      expect(additionalProperties, path).toBeUndefined();
    }
  });

  it("lets nothing of the search change, and everything of where it runs", () => {
    const rules = find(".spec")?.["x-kubernetes-validations"] ?? [];
    const frozen = rules.filter(({ rule }) => rule.includes("oldSelf")).map(({ fieldPath }) => fieldPath?.slice(1));
    expect(frozen.sort()).toEqual(Object.keys(searchProperties()).sort());
  });

  it("has the fields of Kubernetes' own types, so that a misspelt toleration is refused", () => {
    expect(Object.keys(find(".spec.trainers.tolerations[]")?.properties ?? {}).sort()).toEqual([
      "effect",
      "key",
      "operator",
      "tolerationSeconds",
      "value",
    ]);
    const term =
      ".spec.trainers.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]";
    expect(find(`${term}.matchExpressions[].operator`)?.enum).toContain("NotIn");
  });
});

describe("docs/cluster/conditions.md", () => {
  it("has the tables as they are generated", () => {
    const cells = (text: string) =>
      text.split("\n").map((line) => line.replace(/\s+\|/g, " |").replace(/-+/g, "-").trim());
    const table =
      read("docs/cluster/conditions.md").split("<!-- tables -->\n")[1]?.split("<!-- end of tables -->")[0] ?? "";
    expect(cells(table).filter((line) => line !== "")).toEqual(cells(conditionsTable()).filter((line) => line !== ""));
  });
});
