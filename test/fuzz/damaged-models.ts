import { sealBnn } from "@bnas/model";
import { stream } from "@bnas/search";

/**
 * A file with one kind of damage: a byte that is another, an early end, bytes too many, a part that is repeated, or one byte that is another
 * with checksums of a `bnn` file that are right all the same.
 * @param number of the damage: the same one is the same damage
 */
export const damaged = (whole: Uint8Array, seed: number, number: number): Uint8Array => {
  const { below } = stream(seed, `damage.${number}`);
  const kind = number % 5;
  const at = below(whole.length);
  if (kind === 0) return changed(whole, at, below(255));
  if (kind === 1) return whole.slice(0, at);
  if (kind === 2) return Uint8Array.from([...whole, ...Array.from({ length: 1 + below(64) }, () => below(256))]);
  if (kind === 3) {
    const bytes = whole.slice();
    bytes.copyWithin(below(whole.length), at, at + 1 + below(64));
    return bytes;
  }
  const bytes = changed(whole, below(2) === 0 ? below(64) : at, below(255));
  if (isSealable(bytes)) sealBnn(bytes);
  return bytes;
};

const changed = (whole: Uint8Array, at: number, by: number): Uint8Array => {
  const bytes = whole.slice();
  bytes[at] = (bytes[at] ?? 0) ^ (1 + by);
  return bytes;
};

/** Whether there is room for the checksums that its header speaks of. */
const isSealable = (bytes: Uint8Array): boolean =>
  new DataView(bytes.buffer).getUint32(28, true) < (bytes.length - 64) / 4;
