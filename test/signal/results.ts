import { existsSync, readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";

/** How a sample is trained: at one rate (`constant`), at one that falls within its epoch (`annealed`), or not at all. */
export type Schedule = "untrained" | "constant" | "annealed";

/** Right answers of one network, trained in one order. An untrained one has order 0. */
export type Result = {
  readonly schedule: Schedule;
  readonly network: number;
  readonly order: number;
  /** On the reduction images, in chunks in their order: right answers and images of each. */
  readonly reduction: readonly (readonly [correct: number, total: number])[];
  /** On test images, which no training saw. */
  readonly fresh: readonly [correct: number, total: number];
  /** By the clock, of training, of the reduction images and of the test images. */
  readonly seconds: readonly [training: number, reduction: number, fresh: number];
};

const FILE = "results.jsonl";

export const appendResult = (folder: string, result: Result): Promise<void> =>
  appendFile(join(folder, FILE), `${JSON.stringify(result)}\n`);

/** Every whole line: the last one may be cut where a run was killed. */
export const readResults = (folder: string): readonly Result[] => {
  const file = join(folder, FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  // What follows the last line break is a line that was not written to its end, or nothing.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Result);
};
