import { z } from "zod";
import { lineSchema } from "../facts/fact-schema.js";
import { isObject } from "../is-object.js";
import { parseSpec } from "../spec/parse-spec.js";
import { PRESET_NAMES } from "../spec/presets.js";
import { SPEC_FIELDS } from "../spec/spec-fields.js";

// What docs/ holds of this package word for word. scripts/write-docs.js writes it; a test checks that it is current.

/**
 * docs/facts.schema.json: a line of facts.jsonl, which is a recorded fact and its seal. As it is read, not as it is written: a field
 * of the spec that is younger than a line may be missing there.
 */
export const factsJsonSchema = (): object => ({
  $id: "facts.schema.json",
  title: "A fact of a search: a line of facts.jsonl",
  ...z.toJSONSchema(lineSchema, { io: "input" }),
});

/** The table of docs/spec.md: every field with its range, meaning and default in every preset. */
export const specTable = (): string => {
  const presets = [
    ...PRESET_NAMES.map((name) => [name, parseSpec({ preset: name })] as const),
    ["cifar10, pc-darts", parseSpec({ strategy: "pc-darts" })] as const,
  ];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const head = ["field", "takes", "means", ...presets.map(([name]) => name)];
  const rows = SPEC_FIELDS.map(({ key, allowed, meaning }) => [
    `\`${key}\``,
    allowed,
    meaning,
    ...presets.map(([, spec]) => String(valueAt(spec, key))),
  ]);
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
};

const valueAt = (spec: object, key: string): unknown =>
  key.split(".").reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), spec);
