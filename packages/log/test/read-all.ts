import type { Stored } from "../src/fact-log.js";
import { FileLog } from "../src/file-log.js";

/** All facts of a file, as a log that opens it reads them. */
export const readAll = async (path: string): Promise<readonly Stored[]> => {
  const log = await FileLog.open(path);
  const facts = await log.read(">");
  await log.close();
  return facts;
};
