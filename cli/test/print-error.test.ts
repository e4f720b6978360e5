import { fault, invalidInput } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { printError } from "../src/terminal/print-error.js";
import type { Terminal } from "../src/terminal/terminal.js";

const print = (error: unknown, verbose = false) => {
  const lines: string[] = [];
  const terminal: Terminal = {
    out: () => {},
    note: (line) => lines.push(line),
    status: undefined,
    interrupted: new AbortController().signal,
    takeInterrupts: () => {},
    outliveReader: () => {},
    flushed: async () => {},
  };
  return { exit: printError(error, verbose, terminal), lines };
};

describe("what a command says of an error", () => {
  it("is one line: what is wrong, and what to do next", () => {
    expect(print(fault("NOT_FOUND", "there is no search x", "see `bnas list`")).lines).toEqual([
      "bnas: there is no search x. See `bnas list`",
    ]);
    expect(print(invalidInput("--out", "x", "an empty folder", "Name another.")).lines).toEqual([
      'bnas: --out: "x" is not allowed; it takes an empty folder. Name another.',
    ]);
  });

  it("asks for a report of what no one foresaw, whatever was thrown", () => {
    for (const error of [new TypeError("x is not a function"), "x is not a function"]) {
      expect(print(error)).toEqual({
        exit: 1,
        lines: [
          "bnas: x is not a function",
          "This is a fault of bnas: run again with --verbose and report what it prints.",
        ],
      });
    }
  });

  it("has the stack of what was thrown where a person wants it", () => {
    const error = new TypeError("x is not a function");
    expect(print(error, true).lines).toEqual(["bnas: x is not a function", error.stack]);
  });

  it("is no fault of bnas where the disk of the output folder is full, or Ctrl-C has stopped the work", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    expect(print(full)).toEqual({
      exit: 5,
      lines: ["bnas: ENOSPC: no space left on device, write. Make room on that disk, and do the same again."],
    });
    expect(print(AbortSignal.abort().reason).exit).toBe(130);
  });
});
