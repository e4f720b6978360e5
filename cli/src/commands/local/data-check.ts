import { type CheckReport, checkDataset } from "@bnas/dataset";
import { EXIT, type ExitCode } from "@bnas/errors";
import type { Terminal } from "../../terminal/terminal.js";

export type DataCheckFlags = { readonly imageSize: number; readonly memoryMib: number; readonly json: boolean };

/** Lines of a kind that are printed; `--json` has all. */
const MOST_LINES = 100;
const MEBIBYTE = 2 ** 20;
const PICTURES_A_NOTE = 10_000;

/** `bnas data check URI`: all that a search would refuse of a dataset, and what fixes it. */
export const dataCheckCommand = async (uri: string, flags: DataCheckFlags, terminal: Terminal): Promise<ExitCode> => {
  const report = await checkDataset(uri, {
    imageSize: flags.imageSize,
    budget: flags.memoryMib * MEBIBYTE,
    signal: terminal.interrupted,
    decoded: (pictures, of) => {
      if (pictures % PICTURES_A_NOTE === 0) terminal.note(`${pictures} of ${of} pictures decoded`);
    },
  });
  if (flags.json) terminal.out(JSON.stringify(report));
  else for (const line of linesOf(report)) terminal.out(line);
  return report.refused.length === 0 ? EXIT.done : EXIT.badInput;
};

const linesOf = ({ uri, classes, train, test, refused, aside, notes }: CheckReport): readonly string[] => {
  const counted = `${classes} classes, ${count(train)} training images, ${count(test)} test images`;
  const verdict =
    refused.length === 0
      ? `${uri}: a search can use it`
      : `${uri}: a search refuses it, for ${refused.length === 1 ? "1 thing" : `${count(refused.length)} things`}`;
  return [
    ...listed(refused),
    ...(aside.length === 0
      ? []
      : [`left aside: ${count(aside.length)} (${aside.slice(0, 3).join(", ")}${aside.length > 3 ? ", ..." : ""})`]),
    ...(train === 0 ? [] : [counted]),
    ...notes,
    verdict,
  ];
};

const listed = (lines: readonly string[]): readonly string[] =>
  lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES), `... and ${count(lines.length - MOST_LINES)} more: --json has all of them`];

const count = (number: number): string => number.toLocaleString("en");
