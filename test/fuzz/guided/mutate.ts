import type { Stream } from "@bnas/search";

const INTERESTING: readonly (readonly number[])[] = [
  [0],
  [255],
  [127],
  [128],
  [255, 255, 255, 255],
  [0, 0, 0, 0],
  [127, 255, 255, 255],
  [13, 10],
  [0xef, 0xbb, 0xbf],
  [0xed, 0xa0, 0x80],
];

/** Some bytes, changed in one to four ways: bits, bytes, parts that are removed, doubled or moved, words, the end of another input. */
export const mutated = (
  bytes: Uint8Array,
  { drawn, other, words }: { readonly drawn: Stream; readonly other: Uint8Array; readonly words: readonly string[] },
): Uint8Array => {
  let changed: Buffer = Buffer.from(bytes);
  for (let times = 1 + drawn.below(4); times > 0; times--) changed = once(changed, drawn, { other, words });
  return changed.subarray(0, 100_000);
};

const once = (
  bytes: Buffer,
  drawn: Stream,
  { other, words }: { readonly other: Uint8Array; readonly words: readonly string[] },
): Buffer => {
  const at = drawn.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + drawn.below(drawn.below(8) === 0 ? 400 : 8));
  const [head, part, tail] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const put = (...parts: readonly Uint8Array[]) => Buffer.concat([head, ...parts]);
  switch (drawn.below(8)) {
    case 0:
      return put(
        part.map((byte, i) => (i === 0 ? byte ^ (1 << drawn.below(8)) : byte)),
        tail,
      );
    case 1:
      return put(Buffer.from([drawn.below(256)]), tail);
    case 2:
      return put(tail);
    case 3:
      return put(...Array.from({ length: 1 + drawn.below(drawn.below(20) === 0 ? 2_000 : 4) }, () => part), part, tail);
    case 4:
      return put(Buffer.from(INTERESTING[drawn.below(INTERESTING.length)] ?? []), tail);
    case 5:
      return put(Buffer.from(words[drawn.below(Math.max(1, words.length))] ?? ""), tail);
    case 6:
      return put(Buffer.from(other).subarray(drawn.below(other.length + 1)));
    default:
      return put(tail, part);
  }
};
