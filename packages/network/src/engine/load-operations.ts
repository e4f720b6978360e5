import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { invalidInput } from "@bnas/errors";
import { registerOperations } from "../paper/operations.js";

/**
 * Makes the operations of a module known to this thread: its default export is an operation (`OperationLayer`), or a list of them. A
 * module is code that runs with the permissions of the process, so only the main of a process or thread calls this, with what its settings say.
 * Rejects with InvalidInput when there is no such module, it cannot be run, or exports something else.
 * @param path of a file of JavaScript, from the folder in which the process was started
 */
export const loadOperations = async (path: string): Promise<void> => {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw invalidInput("operations", path, "the path of a JavaScript module", `There is no file ${file}.`);
  }
  const { default: operations } = await import(pathToFileURL(file).href).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidInput("operations", path, "a JavaScript module that can be run", `${why}. docs/space.md shows one.`);
  });
  registerOperations(operations, path);
};
