import { BLOCK, ENTRY, FORMAT_VERSION, HEADER, HEADER_AT, MAGIC, NODE } from "./bnn-layout.js";
import { viewOf } from "./bnn-view.js";
import { crc32, digestOf } from "./checksums.js";
import { DamagedFile } from "./damaged-file.js";

/** What the first bytes say: bytes of the text, and how many nodes, tensors and blocks there are. */
export type Header = {
  readonly text: number;
  readonly nodes: number;
  readonly tensors: number;
  readonly blocks: number;
};

export const readBnnHeader = (bytes: Uint8Array): Header => {
  for (const [at, byte] of MAGIC.entries()) {
    if (bytes[at] === byte) continue;
    throw new DamagedFile(at, bytes[at] ?? "the end of the file", `${byte}: a bnn file begins with ${MAGIC.join(" ")}`);
  }
  if (bytes.length < HEADER) throw new DamagedFile(bytes.length, "the end of the file", `a header of ${HEADER} bytes`);
  const view = viewOf(bytes);
  const version = view.getUint32(HEADER_AT.version, true);
  if (version !== FORMAT_VERSION)
    throw new DamagedFile(HEADER_AT.version, version, `version ${FORMAT_VERSION}: this reader is of it`);
  const length = view.getUint32(HEADER_AT.length, true);
  if (length !== bytes.length)
    throw new DamagedFile(HEADER_AT.length, length, `${bytes.length}, the bytes of the file`);
  const field = (key: "text" | "nodes" | "tensors" | "blocks", least: number, size: number): number => {
    const value = view.getUint32(HEADER_AT[key], true);
    const most = Math.floor((length - HEADER) / size);
    if (value >= least && value <= most) return value;
    throw new DamagedFile(HEADER_AT[key], value, `a number of ${key} from ${least} to ${most}`);
  };
  const blocks = field("blocks", 1, 4);
  const expected = Math.ceil((length - HEADER - 4 * blocks) / BLOCK);
  if (blocks !== expected) throw new DamagedFile(HEADER_AT.blocks, blocks, `${expected} blocks of ${BLOCK} bytes`);
  return { blocks, text: field("text", 2, 1), nodes: field("nodes", 1, NODE), tensors: field("tensors", 0, ENTRY) };
};

/** Checksums: of each block, so that damage has a place; and the digest of all behind the header. */
export const requireWhole = (bytes: Uint8Array, { blocks }: Header): void => {
  const view = viewOf(bytes);
  for (let block = 0; block < blocks; block++) {
    const at = HEADER + 4 * blocks + BLOCK * block;
    const part = bytes.subarray(at, at + BLOCK);
    const [found, expected] = [crc32(part), view.getUint32(HEADER + 4 * block, true)];
    if (found === expected) continue;
    const said = `bytes to ${at + part.length - 1} of CRC-32 ${hex(found)}`;
    throw new DamagedFile(at, said, `CRC-32 ${hex(expected)}, which byte ${HEADER + 4 * block} says`);
  }
  const digest = digestOf(bytes.subarray(HEADER));
  const place = digest.findIndex((byte, i) => byte !== bytes[HEADER_AT.sha256 + i]);
  if (place === -1) return;
  const at = HEADER_AT.sha256 + place;
  throw new DamagedFile(at, bytes[at] ?? 0, `${digest[place]}, as the SHA-256 of all bytes from ${HEADER} on has`);
};

const hex = (value: number): string => value.toString(16).padStart(8, "0");
