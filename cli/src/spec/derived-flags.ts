import type { InputShape } from "@bnas/network";
import { type Command, InvalidArgumentError } from "commander";

/** Images of CIFAR-10: what the derived network of the paper is counted for. */
export const CIFAR: InputShape = { height: 32, width: 32, channels: 3, classes: 10 };

/** The derived network of the paper for CIFAR-10. */
export const PAPER_NETWORK = { cells: 20, channels: 36 } as const;

/** The size of the derived network that a command counts or measures. */
export type DerivedFlags = { readonly cells: number; readonly channels: number };

export const withDerivedFlags = (command: Command): Command =>
  command
    .option("--cells <number>", "cells of the derived network", wholeFrom(2), PAPER_NETWORK.cells)
    .option("--channels <number>", "channels of its first cells", wholeFrom(1), PAPER_NETWORK.channels);

/** Reads a whole number of a flag. */
export const wholeFrom =
  (least: number) =>
  (text: string): number => {
    const number = /^\d{1,4}$/.test(text) ? Number(text) : -1;
    if (number < least) throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
    return number;
  };

/** Reads a share of a flag. */
export const shareFrom = (text: string): number => {
  const share = text.trim() === "" ? Number.NaN : Number(text);
  if (!(share > 0 && share <= 1)) throw new InvalidArgumentError("It takes a number above 0 and at most 1.");
  return share;
};
