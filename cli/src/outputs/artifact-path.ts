import { join } from "node:path";
import { invalidInput } from "@bnas/errors";

/**
 * Where an artifact of a mesh is written: below the folder, by its own name. The name comes from a mesh that may be another's, so one
 * that leads out of the folder, or that no file can have, is refused before anything is written.
 */
export const artifactPath = (folder: string, name: string): string => {
  const parts = name.split("/");
  if (parts.every(isPlain)) return join(folder, ...parts);
  throw invalidInput(
    "artifact.name",
    name,
    "a path below the folder, as model/config.json",
    "The mesh announced it, and nothing was written. A service of bnas announces no such name: look whose mesh it is.",
  );
};

/** No way up, no root, no drive, no control character. */
const isPlain = (part: string): boolean => /^[\w][\w.() +-]*$/u.test(part) && part.length <= 200;
