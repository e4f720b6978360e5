import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { invalidInput } from "@bnas/errors";
import { parseSpaceOfSpec, type Space } from "@bnas/search";
import { RESULTS, readResults, tableOf } from "../one-bit/results.js";

/** Accuracies of every cell of a space, in percent. */
export type Table = {
  /** The name of a space, or its whole description. */
  readonly space: string | Space;
  /** What was measured, a name each. */
  readonly columns: readonly string[];
  /** For every architecture (as its space prints it) one number a column. */
  readonly cells: Readonly<Record<string, readonly number[]>>;
};

const VERSION = "0.1.3";
const WHEEL = `analog_nasbench-${VERSION}-py3-none-any.whl`;
const SHA256 = "f7d4e56e416d249d25555b867a6d7c72886fa9d85a49bd1870708acbf5ee6fe2";
const folder = join(homedir(), ".cache", "bnas-mesh", "rigor");

/**
 * NAS-Bench-201's 15,625 cells with their accuracies on CIFAR-10: the figures of the PyPI package analog-nasbench, which pip brings
 * once. Its pickle is read by an unpickler that knows two classes.
 */
export const publicTable = (): Table => {
  const path = join(folder, `analog-nasbench-${VERSION}.json`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const pip = ["-m", "pip", "download", `analog-nasbench==${VERSION}`, "--no-deps", "--quiet", "--dest", folder];
    execFileSync("python3", pip, { stdio: ["ignore", "ignore", "inherit"] });
    const wheel = join(folder, WHEEL);
    const found = createHash("sha256").update(readFileSync(wheel)).digest("hex");
    if (found !== SHA256) throw invalidInput("wheel", found, SHA256, `Remove ${wheel} and run this again.`);
    const reader = join(import.meta.dirname, "read-analog-nasbench.py");
    writeFileSync(`${path}.new`, execFileSync("python3", [reader, wheel], { maxBuffer: 64 * 2 ** 20 }));
    renameSync(`${path}.new`, path);
  }
  return readTable(path);
};

/** The table of 1-bit cells that the mesh trained itself (test/one-bit). @throws InvalidInput while it is not whole */
const oneBitTable = (): Table => {
  const table = tableOf(readResults(RESULTS));
  if (table.columns.length > 0) return table;
  const hint = "npm run one-bit -- train adds what is missing.";
  throw invalidInput("--table", "one-bit", "a dataset with a result for each of the 256 cells", hint);
};

/**
 * A table from a file, or `one-bit`.
 * @throws InvalidInput naming the field, and for a cell its architecture
 */
export const readTable = (path: string): Table => {
  if (path === "one-bit") return oneBitTable();
  let table: unknown;
  try {
    table = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw invalidInput("--table", path, "a JSON file", `It cannot be read: ${(error as Error).message}.`);
  }
  return checkTable(table, path);
};

const FORM = 'A table is {"space": "nas-bench-201", "columns": ["float"], "cells": {"ARCHITECTURE": [91.5]}}.';

/** That a value is a table. @throws InvalidInput */
export const checkTable = (value: unknown, where: string): Table => {
  const isObject = (one: unknown): one is Record<string, unknown> =>
    typeof one === "object" && one !== null && !Array.isArray(one);
  if (!isObject(value)) throw invalidInput(where, value, "an object", FORM);
  const { space, columns, cells } = value;
  if (typeof space !== "string" && !isObject(space)) {
    throw invalidInput([where, "space"], space, "the name of a space, or its description", FORM);
  }
  if (!Array.isArray(columns) || columns.length === 0 || columns.some((name) => typeof name !== "string")) {
    throw invalidInput([where, "columns"], columns, "a list of names", FORM);
  }
  if (!isObject(cells) || Object.keys(cells).length === 0) throw invalidInput([where, "cells"], cells, "cells", FORM);
  for (const [name, accuracies] of Object.entries(cells)) {
    const good =
      Array.isArray(accuracies) &&
      accuracies.length === columns.length &&
      accuracies.every((one) => typeof one === "number" && one >= 0 && one <= 100);
    if (!good) throw invalidInput([where, "cells", name], accuracies, `${columns.length} numbers from 0 to 100`, FORM);
  }
  return {
    space: parseSpaceOfSpec(space, [where, "space"]),
    columns: columns as string[],
    cells: cells as Table["cells"],
  };
};
