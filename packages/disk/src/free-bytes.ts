import { statfs } from "node:fs/promises";

/**
 * Bytes that this user may still write on the disk of a path; infinite where the file system does not count them (some network
 * file systems).
 */
export const freeBytes = async (path: string): Promise<number> => {
  const { blocks, bavail, bsize } = await statfs(path);
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
};
