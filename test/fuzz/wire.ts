import type { Stream } from "@bnas/search";
import type { DescMessage } from "@bufbuild/protobuf";

// The wire format of protocol buffers by hand, to break it.

const VARINT = 0;
const LENGTH = 2;
const GROUP = 3;
const BITS32 = 5;

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
};

const tag = (number: number, type: number): Buffer => varint(number * 8 + type);

/** A field of bytes. */
export const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([tag(number, LENGTH), varint(bytes.length), bytes]);

const randomBytes = (random: Stream, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)));

/** Fields that the schema does not know: a receiver skips them. */
export const unknownFields = (random: Stream): Buffer => {
  const number = 1000 + random.below(100_000);
  switch (random.below(6)) {
    case 0:
      return field(number, randomBytes(random, random.below(50)));
    case 1:
      return Buffer.concat([tag(number, VARINT), varint(random.below(2 ** 32))]);
    case 2:
      return Buffer.concat([tag(number, BITS32), randomBytes(random, 4)]);
    default:
      return Buffer.alloc(0);
  }
};

/** Bytes that are no message of any schema, or not of this one. */
export const brokenBytes = (
  valid: Uint8Array,
  message: DescMessage,
  random: Stream,
): { readonly bytes: Uint8Array; readonly wrong: string } => {
  const known = message.fields[random.below(Math.max(1, message.fields.length))]?.number ?? 1;
  const number = random.below(2) === 0 ? known : 1 + random.below(100_000);
  const after = (...parts: readonly Uint8Array[]) => Buffer.concat([valid, ...parts]);
  switch (random.below(10)) {
    case 8:
      return { bytes: after(Buffer.alloc(1 + random.below(100))), wrong: "fields of number 0" };
    case 9:
      return { bytes: after(tag(number, 4), valid), wrong: "the end of a group that did not begin" };
    case 0: {
      const length = 1 + random.below(1000);
      const wrong = "cut off: a field says that it is longer than what is left";
      return {
        bytes: after(tag(number, LENGTH), varint(length + 1 + random.below(2 ** 20)), randomBytes(random, length)),
        wrong,
      };
    }
    case 1:
      return {
        bytes: after(tag(number, LENGTH), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])),
        wrong: "a length of 4 GiB",
      };
    case 2:
      return { bytes: after(Buffer.alloc(12, 0xff)), wrong: "a varint without end" };
    case 3:
      return {
        bytes: after(tag(number, 6 + random.below(2)), randomBytes(random, 8)),
        wrong: "a wire type that is not",
      };
    case 4:
      return {
        bytes: after(Buffer.alloc(1000 + random.below(100_000), tag(1000, GROUP))),
        wrong: "groups within groups, without end",
      };
    case 5:
      return {
        bytes: after(tag(number + 1000, BITS32), randomBytes(random, random.below(4))),
        wrong: "four bytes of which some are missing",
      };
    case 6:
      return { bytes: after(tag(number + 1000, VARINT), Buffer.from([0x80])), wrong: "a varint that is cut off" };
    default:
      // A field number of which the first byte says the wire type 7.
      return {
        bytes: Buffer.concat([Buffer.from([0x0f | (random.below(16) << 3)]), randomBytes(random, random.below(2000))]),
        wrong: "random bytes",
      };
  }
};
