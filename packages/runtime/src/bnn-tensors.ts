import type { Header } from "./bnn-header.js";
import { ALIGNMENT, aligned, type ElementType, ENTRY, HEADER_AT, TYPE, tensorBytes } from "./bnn-layout.js";
import { requireRoom, viewOf } from "./bnn-view.js";
import { DamagedFile } from "./damaged-file.js";

/** A tensor as it is written: `entry` is the first byte of its line in the table. */
export type BnnTensor = {
  readonly entry: number;
  readonly type: ElementType;
  readonly count: number;
  readonly data: DataView;
};
/** The tensors that no node has taken yet. */
export type TensorQueue = { readonly all: readonly BnnTensor[]; next: number };

export const readTensors = (bytes: Uint8Array, view: DataView, start: number, { tensors }: Header): TensorQueue => {
  requireRoom(view, start, ENTRY * tensors, "the table of tensors");
  let end = start + ENTRY * tensors;
  const all: BnnTensor[] = [];
  for (let index = 0; index < tensors; index++) {
    const entry = start + ENTRY * index;
    const [offset, word] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
    const type = Object.values(TYPE).find((one) => one === (word & 255));
    if (type === undefined) throw new DamagedFile(entry + 4, word & 255, "a type of element: 1, 2 or 3");
    if (offset !== aligned(end)) {
      throw new DamagedFile(entry, offset, `${aligned(end)}: tensors follow each other, aligned to ${ALIGNMENT} bytes`);
    }
    const count = word >>> 8;
    const size = tensorBytes(type, count);
    requireRoom(view, offset, size, `tensor ${index}`);
    all.push({ entry, type, count, data: viewOf(bytes.subarray(offset, offset + size)) });
    end = offset + size;
  }
  if (aligned(end) !== bytes.length) {
    throw new DamagedFile(HEADER_AT.length, bytes.length, `${aligned(end)}, where the last tensor ends`);
  }
  return { all, next: 0 };
};

/** The next tensor, which must be of this type and size. */
export const takeTensor = (tensors: TensorQueue, type: ElementType, count: number, at: number): BnnTensor => {
  const tensor = tensors.all[tensors.next++];
  if (tensor === undefined) throw new DamagedFile(at, "a node that has a tensor", "one without: there are no more");
  if (tensor.type !== type) throw new DamagedFile(tensor.entry + 4, tensor.type, `type ${type}, as its node needs`);
  if (tensor.count !== count) {
    throw new DamagedFile(tensor.entry + 5, tensor.count, `${count} elements, as its node needs`);
  }
  return tensor;
};

export const requireUsed = ({ all, next }: TensorQueue): void => {
  const more = all[next];
  if (more !== undefined) throw new DamagedFile(HEADER_AT.tensors, all.length, `${next}: no node has another`);
};

export const signsIn = ({ data, count, entry }: BnnTensor): Int8Array => {
  const values = new Int8Array(count);
  for (let i = 0; i < count; i++) values[i] = (data.getUint8(i >> 3) >> (i & 7)) & 1 ? 1 : -1;
  if (count % 8 !== 0 && data.getUint8(count >> 3) >> (count & 7) !== 0) {
    throw new DamagedFile(entry, "bits behind the last weight", "zeros there");
  }
  return values;
};

export const halvesIn = ({ data, count, entry }: BnnTensor): Float32Array => {
  const values = Float32Array.from({ length: count }, (_, i) => fromHalf(data.getUint16(2 * i, true)));
  if (values.every(Number.isFinite)) return values;
  throw new DamagedFile(entry, "a number that is not finite", "finite numbers");
};

export const integersIn = ({ data, count }: BnnTensor): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => data.getInt16(2 * i, true));

/** A number of 16 bits (IEEE 754 binary16). */
const fromHalf = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
};
