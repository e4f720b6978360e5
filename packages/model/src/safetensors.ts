import { invalidInput, type Path, pathOf } from "@bnas/errors";
import type { Tensors, TensorValue } from "@bnas/search";

// https://github.com/huggingface/safetensors: 8 bytes with the length of a header, the header in JSON, and the data one tensor after
// another.

/** Bytes that a header may have, as the format says. */
const MOST_HEADER = 100_000_000;
/** The name under which a header may hold texts. */
const METADATA = "__metadata__";
/** Where data begin, so that a reader can use them in place. */
const ALIGNMENT = 8;
const HINT = "The file is damaged, or no safetensors file of bnas: copy it again.";

/**
 * Tensors as a safetensors file: F32, in their order, little-endian.
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@bnas/model";
 *
 * const bytes = encodeSafetensors(new Map([["w", { shape: [2], values: new Float32Array([1, 2]) }]]));
 * decodeSafetensors(bytes).get("w")?.values; // => new Float32Array([1, 2])
 * ```
 */
export const encodeSafetensors = (tensors: Tensors): Uint8Array => {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + 4 * values.length] };
    end += 4 * values.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + length + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length).set(json, 8);
  let at = 8 + length;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
};

/**
 * The tensors of a safetensors file, all of which must be F32, fill the file without gap or overlap, and nothing besides.
 * @param where how the caller calls the file: errors name `model.safetensors.stem.conv.data_offsets`
 * @throws InvalidInput with the field or the byte, and what was expected there
 */
export const decodeSafetensors = (bytes: Uint8Array, where: string | Path = "safetensors"): Tensors => {
  const path = pathOf(where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, start } = readHeader(bytes, view, path);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => readEntry(name, value, [...path, name]))
    .sort((one, other) => one.begin - other.begin || one.end - other.end);
  const tensors = new Map<string, TensorValue>();
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      const at = [...path, entry.name, "data_offsets", 0];
      throw invalidInput(at, entry.begin, `${end}, where the data of the tensor before it end`, HINT);
    }
    if (start + entry.end > bytes.length) {
      const at = [...path, entry.name, "data_offsets", 1];
      throw invalidInput(at, entry.end, `at most ${bytes.length - start}, the bytes of data in the file`, HINT);
    }
    const values = new Float32Array((entry.end - entry.begin) / 4);
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(start + entry.begin + 4 * i, true);
    tensors.set(entry.name, { shape: entry.shape, values });
    end = entry.end;
  }
  if (start + end !== bytes.length) {
    throw invalidInput(path, `${bytes.length} bytes`, `${start + end} bytes: no tensor has what follows`, HINT);
  }
  return tensors;
};

type Entry = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
};

const readHeader = (bytes: Uint8Array, view: DataView, path: Path): { header: object; start: number } => {
  if (bytes.length < 8) {
    throw invalidInput(path, `${bytes.length} bytes`, "at least the 8 bytes of a header's length", HINT);
  }
  const length = Number(view.getBigUint64(0, true));
  const most = Math.min(MOST_HEADER, bytes.length - 8);
  if (length < 2 || length > most) {
    throw invalidInput([...path, "byte 0"], length, `the length of the header, from 2 to ${most}`, HINT);
  }
  const header = parse(bytes.subarray(8, 8 + length), [...path, "byte 8"]);
  if (!isRecord(header) || bytes[8] !== 0x7b) {
    throw invalidInput([...path, "byte 8"], header, "a header that is an object of tensors", HINT);
  }
  return { header, start: 8 + length };
};

const parse = (json: Uint8Array, path: Path): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw invalidInput(path, said, "a header in JSON", HINT);
  }
};

const KEYS = ["data_offsets", "dtype", "shape"];

const readEntry = (name: string, value: unknown, path: Path): Entry => {
  if (!isRecord(value) || String(Object.keys(value).sort()) !== String(KEYS)) {
    throw invalidInput(path, value, `an object of ${KEYS.join(", ")}`, HINT);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== "F32") throw invalidInput([...path, "dtype"], dtype, "F32: bnas keeps 32-bit floats", HINT);
  if (!isSizes(shape)) throw invalidInput([...path, "shape"], shape, "a list of whole numbers from 0", HINT);
  const [begin, end] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || end < begin) {
    throw invalidInput([...path, "data_offsets"], offsets, "the first byte and the byte behind the last", HINT);
  }
  const size = 4 * shape.reduce((product, side) => product * side, 1);
  if (end - begin !== size) {
    throw invalidInput([...path, "data_offsets"], offsets, `${size} bytes, as the shape [${shape}] has`, HINT);
  }
  return { name, shape, begin, end };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
