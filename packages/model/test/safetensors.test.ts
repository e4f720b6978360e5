import { stream, type Tensors } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../src/index.js";

const TENSORS: Tensors = new Map([
  ["stem.conv", { shape: [1, 2], values: new Float32Array([1.5, -2]) }],
  ["empty", { shape: [0], values: new Float32Array() }],
  ["bias", { shape: [], values: new Float32Array([3]) }],
]);

/** A file of a header, written as it is, and so many bytes of data. */
const fileOf = (header: unknown, data = 0): Uint8Array => {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
};

const one = (entry: object) => ({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry } });

describe("a safetensors file", () => {
  it("gives back what was written, bit for bit", () => {
    expect(decodeSafetensors(encodeSafetensors(TENSORS))).toEqual(TENSORS);
  });

  it("does for any names, shapes and numbers", () => {
    const tensor = fc
      .array(fc.nat(3), { maxLength: 3 })
      .chain((shape) => {
        const length = shape.reduce((product, side) => product * side, 1);
        return fc.tuple(fc.constant(shape), fc.float32Array({ minLength: length, maxLength: length }));
      })
      .map(([shape, values]) => ({ shape, values }));
    const names = fc.string().filter((name) => name !== "__metadata__" && name !== "__proto__");
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name, maxLength: 4 }), (entries) => {
        const back = decodeSafetensors(encodeSafetensors(new Map(entries)));
        expect(new Map(back)).toEqual(new Map(entries));
      }),
    );
  });

  it("is laid out as the format says: length of the header, header with blanks at its end, data", () => {
    const bytes = encodeSafetensors(TENSORS);
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      "stem.conv": { dtype: "F32", shape: [1, 2], data_offsets: [0, 8] },
      empty: { dtype: "F32", shape: [0], data_offsets: [8, 8] },
      bias: { dtype: "F32", shape: [], data_offsets: [8, 12] },
    });
    expect(view.getFloat32(8 + length + 4, true)).toBe(-2);
  });

  it("may hold texts beside its tensors, and tensors in another order than their data", () => {
    const header = {
      __metadata__: { format: "pt" },
      late: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
      early: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    };
    expect([...decodeSafetensors(fileOf(header, 8)).keys()]).toEqual(["early", "late"]);
  });

  it.each([
    ["is shorter than a length", new Uint8Array(7), 'safetensors: "7 bytes"'],
    ["ends before its header does", fileOf(one({}), 8).subarray(0, 20), "safetensors.byte 0: "],
    ["has a header of nothing", fileOf("", 0), "the length of the header, from 2 to 0"],
    ["has a header that is no JSON", fileOf("{]", 0), "safetensors.byte 8: "],
    ["has a header that is no object", fileOf("[]", 0), "a header that is an object of tensors"],
    ["has other numbers than 32-bit floats", fileOf(one({ dtype: "F16" }), 8), 'safetensors.w.dtype: "F16"'],
    ["has a shape below 0", fileOf(one({ shape: [-2] }), 8), "safetensors.w.shape: [-2]"],
    ["has a field that no tensor has", fileOf(one({ shame: 1 }), 8), "safetensors.w: "],
    ["has bytes that do not fit the shape", fileOf(one({ shape: [3] }), 8), "12 bytes, as the shape [3] has"],
    ["has offsets that run back", fileOf(one({ data_offsets: [8, 0] }), 8), "safetensors.w.data_offsets: [8,0]"],
    ["has a gap before a tensor", fileOf(one({ data_offsets: [4, 12] }), 12), "safetensors.w.data_offsets[0]: 4"],
    ["has a tensor beyond its end", fileOf(one({}), 7), "safetensors.w.data_offsets[1]: 8"],
    ["has bytes after the last tensor", fileOf(one({}), 9), "no tensor has what follows"],
    [
      "has tensors that overlap",
      fileOf({ ...one({}), v: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }, 8),
      "safetensors.v.data_offsets[0]: 4",
    ],
    [
      "has a length that no computer has",
      fileOf(one({ shape: [2 ** 52], data_offsets: [0, 2 ** 54 - 8] }), 8),
      "safetensors.w.data_offsets",
    ],
  ])("is refused when it %s, with the place and what was expected", (_, bytes, said) => {
    expect(() => decodeSafetensors(bytes)).toThrow(said);
  });

  it("is refused wherever its header is damaged, or reads as tensors of the same bytes", () => {
    const whole = encodeSafetensors(TENSORS);
    const { below } = stream(1, "damage");
    const data = 12;
    for (let round = 0; round < 500; round++) {
      const bytes = whole.slice();
      const at = below(bytes.length - data);
      bytes[at] = (bytes[at] ?? 0) ^ (1 + below(255));
      try {
        const tensors = decodeSafetensors(bytes);
        // A damaged letter of a name, or other blanks: all data are there.
        const total = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
        expect(4 * total).toBe(data);
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_INPUT" });
      }
    }
  });
});
