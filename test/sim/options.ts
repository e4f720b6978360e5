import { parseArgs } from "node:util";
import { FAULT_NAMES, type FaultName } from "./fault-names.js";

export type Options = {
  readonly from: number;
  readonly seeds: number;
  readonly kinds: readonly FaultName[] | undefined;
  readonly trace: boolean;
  /** Run with each planted fault, or with those whose name has this text. */
  readonly planted: string | undefined;
};

/** The command line of `npm run sim`. @throws Error that says what is allowed */
export const parseOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: "string", default: "1" },
      seeds: { type: "string" },
      faults: { type: "string" },
      trace: { type: "boolean", default: false },
      planted: { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
  });
  const planted = values.planted ? values.only : undefined;
  return {
    from: whole("--from", values.from, 0),
    seeds: whole("--seeds", values.seeds ?? (planted === undefined ? "100" : "1000"), 1),
    kinds: values.faults?.split(",").map(kindOf),
    trace: values.trace,
    planted,
  };
};

const whole = (option: string, text: string, least: number): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number < 2 ** 32) return number;
  throw new Error(`${option} ${text} is not allowed; it takes a whole number from ${least} to ${2 ** 32 - 1}`);
};

const kindOf = (text: string): FaultName => {
  const found = FAULT_NAMES.find((name) => name === text);
  if (found !== undefined) return found;
  throw new Error(`--faults ${text} is not allowed; it takes some of ${FAULT_NAMES.join(", ")}, with commas`);
};
