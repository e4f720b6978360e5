import { isSha256 } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import { z } from "zod";

const entry = z.strictObject({
  dtype: z.literal("float32"),
  shape: z.array(z.int().nonnegative()),
  sha256: z.string().refine(isSha256, "64 lower-case hex digits"),
  blob: z.string().refine(isSha256, "64 lower-case hex digits"),
  offset: z.int().nonnegative(),
});
const manifest = z.strictObject({ version: z.literal(1), tensors: z.record(z.string(), entry) });

/**
 * Where the values of a tensor are: row-major, little-endian, from byte `offset` of `blob`. `sha256` is of these bytes alone,
 * so that equal tensors are known as equal wherever they lie.
 */
export type TensorEntry = {
  readonly dtype: "float32";
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly blob: string;
  readonly offset: number;
};

/** Whether two tensors have the same values, to the last bit, in the same shape. */
export const isSameTensor = (
  one: Pick<TensorEntry, "sha256" | "shape"> | undefined,
  other: Pick<TensorEntry, "sha256" | "shape">,
): boolean => one !== undefined && one.sha256 === other.sha256 && one.shape.join() === other.shape.join();

/** What a checkpoint is: tensor name -> entry. */
export type Manifest = ReadonlyMap<string, TensorEntry>;

/** The one text of a manifest: names sorted by code unit, fields in this order, no spaces; the same tensors, the same hash. */
export const manifestText = (tensors: Manifest): string => {
  const names = [...tensors.keys()].sort();
  const lines = names.flatMap((name) => {
    const found = tensors.get(name);
    if (found === undefined) return [];
    const { dtype, shape, sha256, blob, offset } = found;
    return [`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, sha256, blob, offset })}`];
  });
  return `{"version":1,"tensors":{${lines.join(",")}}}`;
};

/** @param where the checkpoint, for the error: a blob that is not a manifest of version 1 is InvalidInput */
export const parseManifest = (text: string, where: string): Manifest => {
  const parsed = manifest.safeParse(parseJson(text));
  if (parsed.success) return new Map(Object.entries(parsed.data.tensors));
  const issue = parsed.error.issues[0];
  const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw invalidInput(
    where,
    text,
    `a manifest of version 1: {"version":1,"tensors":{NAME:{"dtype":"float32","shape":[..],"sha256":"..","blob":"..","offset":0}}}`,
    `${issue?.message ?? "It is not JSON"}${at}. Give the reference of a checkpoint, as a fact has it.`,
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** How many values a shape holds; a scalar holds one. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
