import { describe, expect, it } from "vitest";
import { asBnasError, asNoRoom, fault, systemErrorCode } from "../src/index.js";

const systemError = (code: string) => Object.assign(new Error(`${code}: write`), { code, syscall: "write" });

describe("an error of the operating system", () => {
  it("has a code that another error with a code has not", () => {
    expect(systemErrorCode(systemError("ENOENT"))).toBe("ENOENT");
    expect(systemErrorCode(Object.assign(new Error("x"), { code: "ENOENT" }))).toBeUndefined();
    expect(systemErrorCode("ENOENT")).toBeUndefined();
  });

  it.each(["ENOSPC", "EDQUOT"])("%s says that there is no room, and where", (code) => {
    const cause = systemError(code);
    expect(asNoRoom(cause, "the store /blobs")).toMatchObject({
      code: "NO_ROOM",
      message: "the store /blobs: its disk is full",
      hint: expect.stringContaining("Make room"),
      cause,
    });
    expect(asBnasError(cause)).toMatchObject({ code: "NO_ROOM", message: `${code}: write`, cause });
  });

  it("of another kind stays as it is", () => {
    for (const error of [systemError("EACCES"), fault("UNAVAILABLE", "x", ""), new Error("ENOSPC"), "ENOSPC"]) {
      expect(asNoRoom(error, "x")).toBe(error);
    }
  });
});

describe("anything that was thrown", () => {
  it("is an error of ours: as it is, CANCELLED by a signal, and else a fault of bnas", () => {
    const ours = fault("NOT_FOUND", "x", "");
    expect(asBnasError(ours)).toBe(ours);
    const aborted = AbortSignal.abort().reason;
    expect(asBnasError(aborted)).toMatchObject({ code: "CANCELLED", cause: aborted, hint: "" });
    for (const thrown of [new TypeError("x"), systemError("EACCES")])
      expect(asBnasError(thrown)).toMatchObject({ code: "INTERNAL", message: thrown.message, cause: thrown, hint: "" });
    expect(asBnasError("x")).toMatchObject({ code: "INTERNAL", message: "x" });
  });
});
