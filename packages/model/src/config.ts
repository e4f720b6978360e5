import { invalidInput, type Path, pathOf } from "@bnas/errors";
import { requireBuildable } from "@bnas/network";
import { checkGenotype, type Genotype, genotypeInSpace, parseSpaceOfSpec, type Space, spaceOf } from "@bnas/search";
import { z } from "zod";
import type { ModelConfig } from "./model.js";

/** What `config.json` calls itself. */
const FORMAT = "bnas-model";
const VERSION = 1;
const HINT = "config.json of a model that bnas train left is an example.";

const whole = (most: number) => z.int().min(1).max(most);
const perChannel = z.array(z.number()).min(1).max(64);

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  genotype: z.unknown(),
  space: z.unknown().optional(),
  network: z.strictObject({
    cells: whole(256),
    channels: whole(4096),
    stem: z.enum(["cifar", "imagenet"]),
    binarize: z.enum(["none", "weights", "weights+activations"]),
    xnor: z.enum(["tensor", "channel"]).optional(),
    epsilon: z.number().positive().max(1),
  }),
  input: z.strictObject({ height: whole(4096), width: whole(4096), channels: whole(64) }),
  classes: z.array(z.string().min(1)).min(1).max(1_000_000),
  normalization: z.strictObject({ mean: perChannel, std: z.array(z.number().positive()).min(1).max(64) }),
  origin: z.record(z.string(), z.union([z.string(), z.number()])),
  tensors: z.strictObject({
    file: z.literal("model.safetensors"),
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});

/** What `config.json` says of the file of the tensors: its name, its bytes and their digest. */
export type TensorsFile = z.infer<typeof schema>["tensors"];

/** The text of `config.json`. */
export const printConfig = (config: ModelConfig, tensors: TensorsFile): string => {
  const { genotype, space, network, input, classes, normalization, origin } = config;
  const value = { format: FORMAT, version: VERSION, genotype, space, network, input, classes, normalization, origin };
  return `${JSON.stringify({ ...value, tensors }, null, 2)}\n`;
};

/**
 * A model's `config.json`.
 * @param where how the caller calls it: errors name `config.json.network.cells`
 * @throws InvalidInput for the first field that no model could have
 */
export const parseConfig = (
  text: string,
  where: string | Path = "config.json",
): { readonly config: ModelConfig; readonly tensors: TensorsFile } => {
  const path = pathOf(where);
  const value = parseJson(text, path);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues, value, path);
  const { format: _, version: __, tensors, genotype, space, ...rest } = parsed.data;
  requireChannels(rest, path);
  const answer = answerOf(genotype, space, path);
  return { config: { ...rest, ...answer }, tensors };
};

const answerOf = (value: unknown, space: unknown, path: Path): { genotype: Genotype; space?: Space } => {
  const at = [...path, "genotype"];
  if (space === undefined) return { genotype: { ...checkGenotype(value, at) } };
  const parsed = spaceOf({ space: parseSpaceOfSpec(space, [...path, "space"]) });
  requireBuildable(parsed);
  return { genotype: genotypeInSpace(parsed, value, at), space: parsed };
};

const requireChannels = ({ input, normalization }: Pick<ModelConfig, "input" | "normalization">, path: Path): void => {
  for (const key of ["mean", "std"] as const) {
    const { length } = normalization[key];
    if (length === input.channels) continue;
    const allowed = `${input.channels}, one for each channel of input`;
    throw invalidInput([...path, "normalization", key], `${length} numbers`, allowed, HINT);
  }
};

const parseJson = (text: string, path: Path): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidInput(path, error instanceof Error ? error.message : String(error), "a file of JSON", HINT);
  }
};

const refused = (
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string; readonly code: string }[],
  value: unknown,
  path: Path,
) => {
  const { path: keys, message, code } = issues[0] ?? { path: [], message: "a model", code: "" };
  const found = keys.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );
  const allowed = found === undefined && code === "invalid_type" ? "a value: it is missing" : message;
  // Keys of JSON are texts and numbers.
  return invalidInput([...path, ...keys.filter((key) => typeof key !== "symbol")], found, allowed, HINT);
};
