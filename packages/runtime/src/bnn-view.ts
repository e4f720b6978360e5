import { DamagedFile } from "./damaged-file.js";

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @throws DamagedFile when the file ends before so many bytes */
export const requireRoom = (view: DataView, at: number, size: number, what: string): void => {
  if (at + size <= view.byteLength) return;
  throw new DamagedFile(Math.min(at, view.byteLength), "the end of the file", `${size} bytes of ${what}`);
};
