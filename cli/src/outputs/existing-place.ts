import { access } from "node:fs/promises";
import { invalidInput } from "@bnas/errors";

/** A log or a store that is read must be there: opening it would begin an empty one. @param flag `--log` or `--store` */
export const existingPlace = async (flag: string, uri: string): Promise<string> => {
  const path = /^(?:file|dir):(.+)$/s.exec(uri)?.[1];
  if (path === undefined) return uri;
  await access(path).catch((error: NodeJS.ErrnoException) => {
    throw invalidInput(flag, uri, "a place that is there", `${error.code}: check the path`);
  });
  return uri;
};
