import { describe, expect, it } from "vitest";
import { CODE_NAMES, CODES, codeOfStatus, EXIT, isCode } from "../src/index.js";

describe("the table of codes", () => {
  it.each([
    ["a fault of bnas alone", EXIT.fault, ["LOG_CLOSED", "INTERNAL"]],
    ["damaged facts or blobs", EXIT.damaged, ["BLOB_MISSING", "BLOB_ALTERED", "FACTS_DAMAGED", "DATA_LOSS"]],
    [
      "what is out of reach or has no room",
      EXIT.unreachable,
      ["UNAVAILABLE", "NO_ROOM", "RETRY", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED", "SUBJECT_TAKEN"],
    ],
    ["what was stopped", EXIT.interrupted, ["CANCELLED"]],
    [
      "what the caller has to change",
      EXIT.badInput,
      [
        "INVALID_INPUT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "UNAUTHENTICATED",
        "PERMISSION_DENIED",
        "UNIMPLEMENTED",
        "ENGINE_MISSING",
      ],
    ],
  ])("has an exit code for %s", (_, exit, codes) => {
    expect(CODE_NAMES.filter((code) => CODES[code].exit === exit)).toEqual(codes);
  });

  it("has work done again without end after an outage or a full disk, a few times where a job says so, and else never", () => {
    expect(CODE_NAMES.filter((code) => CODES[code].retried === "until it works")).toEqual([
      "UNAVAILABLE",
      "NO_ROOM",
      "SUBJECT_TAKEN",
    ]);
    expect(CODE_NAMES.filter((code) => CODES[code].retried === "a few times")).toEqual(["RETRY"]);
  });

  it("calls a code as its status where there is one of that name", () => {
    for (const code of CODE_NAMES) {
      const { number, name } = CODES[code].status;
      expect(codeOfStatus(number)).toBe(isCode(name) ? name : "INVALID_INPUT");
    }
  });

  it("has a code for every status of gRPC but OK", () => {
    expect(Array.from({ length: 16 }, (_, i) => codeOfStatus(i + 1))).toEqual([
      "CANCELLED",
      "INTERNAL",
      "INVALID_INPUT",
      "DEADLINE_EXCEEDED",
      "NOT_FOUND",
      "ALREADY_EXISTS",
      "PERMISSION_DENIED",
      "RESOURCE_EXHAUSTED",
      "FAILED_PRECONDITION",
      "ABORTED",
      "INVALID_INPUT",
      "UNIMPLEMENTED",
      "INTERNAL",
      "UNAVAILABLE",
      "DATA_LOSS",
      "UNAUTHENTICATED",
    ]);
    expect(codeOfStatus(99)).toBe("INTERNAL");
  });

  it("knows its codes and no other word", () => {
    for (const word of ["", "Internal", "toString", "__proto__", 13, undefined]) expect(isCode(word)).toBe(false);
  });
});
