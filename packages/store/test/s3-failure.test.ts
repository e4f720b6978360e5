import { describe, expect, it } from "vitest";
import {
  isMissing,
  isTemporaryS3Fault,
  isThereAlready,
  isUnknownCondition,
  refusedByS3,
  s3Unavailable,
} from "../src/s3/s3-failure.js";

const where = { bucket: "blobs", endpoint: "http://s3:9000" };

/** What the client throws: an error with the code of the S3 API as its name, and the status of the answer. */
const answer = (name: string, status?: number, message = "as it says"): Error =>
  Object.assign(new Error(message), {
    name,
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
  });
const ofSystem = (code: string) => Object.assign(new Error(code), { code, syscall: "connect" });

describe("a refusal of an S3 server", () => {
  it.each([
    ["NoSuchBucket", 404, "NOT_FOUND", "there is no such bucket"],
    ["NotFound", 404, "NOT_FOUND", "there is no such bucket"],
    ["NotFound", 400, "INTERNAL", "as it says (NotFound, status 400)"],
    ["Other", 404, "INTERNAL", "as it says (Other, status 404)"],
    ["CredentialsProviderError", undefined, "UNAUTHENTICATED", "as it says"],
    ["InvalidAccessKeyId", 403, "UNAUTHENTICATED", "as it says"],
    ["SignatureDoesNotMatch", 403, "UNAUTHENTICATED", "as it says"],
    ["ExpiredToken", 400, "UNAUTHENTICATED", "as it says"],
    ["InvalidToken", 400, "UNAUTHENTICATED", "as it says"],
    ["TokenRefreshRequired", 400, "UNAUTHENTICATED", "as it says"],
    ["RequestTimeTooSkewed", 403, "UNAUTHENTICATED", "as it says"],
    ["AccessDenied", undefined, "PERMISSION_DENIED", "access is denied (as it says)"],
    ["Other", 403, "PERMISSION_DENIED", "access is denied (as it says)"],
    ["PermanentRedirect", undefined, "FAILED_PRECONDITION", "it is in another region (as it says)"],
    ["AuthorizationHeaderMalformed", 400, "FAILED_PRECONDITION", "it is in another region (as it says)"],
    ["IllegalLocationConstraintException", 400, "FAILED_PRECONDITION", "it is in another region (as it says)"],
    ["Other", 301, "FAILED_PRECONDITION", "it is in another region (as it says)"],
    ["Other", 307, "FAILED_PRECONDITION", "it is in another region (as it says)"],
    ["Other", 308, "FAILED_PRECONDITION", "it is in another region (as it says)"],
    ["QuotaExceeded", undefined, "NO_ROOM", "as it says"],
    ["Other", 507, "NO_ROOM", "as it says"],
    ["Other", 400, "INTERNAL", "as it says (Other, status 400)"],
    ["Other", undefined, "INTERNAL", "as it says (Other, status 0)"],
  ])("%s, %s is %s, with what was to be done and where", (name, status, code, said) => {
    const cause = answer(name, status);
    const message = `put ab12: bucket blobs at http://s3:9000: ${said}`;
    expect(refusedByS3("put ab12", where, cause)).toMatchObject({
      code,
      message,
      cause,
      hint: expect.stringMatching(/\w/),
    });
  });

  it("that asks for a region is bad input", () => {
    expect(refusedByS3("open", where, answer("Error", undefined, "Region is missing"))).toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  it("of something that is no error, or has no message, says what there is", () => {
    const said = (thrown: unknown) => refusedByS3("open", where, thrown).message.split(": ").slice(2).join(": ");
    expect(said("gone")).toBe("gone (, status 0)");
    expect(said(answer("Odd", 400, ""))).toBe("Odd (Odd, status 400)");
    expect(said(new AggregateError([new Error("::1 refused"), new Error("other")]))).toMatch(/^::1 refused \(/);
  });
});

describe("a fault that goes by itself", () => {
  it.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENETDOWN",
    "ENOTFOUND",
    "EAI_AGAIN",
  ])("is a network's: %s", (code) => {
    expect([isTemporaryS3Fault(ofSystem(code)), isTemporaryS3Fault(Object.assign(new Error("x"), { code }))]).toEqual([
      true,
      true,
    ]);
  });

  it.each([
    ["TimeoutError", undefined, true],
    ["RequestTimeout", 400, true],
    ["SlowDown", undefined, true],
    ["Other", 409, true],
    ["Other", 429, true],
    ["Other", 499, false],
    ["Other", 500, true],
    ["Other", 501, false],
    ["Other", 503, true],
    ["Other", 400, false],
    ["Other", undefined, false],
  ])("%s, %s: %s", (name, status, isTemporary) => {
    expect(isTemporaryS3Fault(answer(name, status))).toBe(isTemporary);
  });

  it("is none of another system's code, or of what is no error", () => {
    expect([ofSystem("EACCES"), "SlowDown", undefined].map(isTemporaryS3Fault)).toEqual([false, false, false]);
  });

  it("is UNAVAILABLE when patience has ended, with where and why", () => {
    const cause = ofSystem("ECONNREFUSED");
    expect(s3Unavailable("get ab12", where, cause)).toMatchObject({
      code: "UNAVAILABLE",
      message: "get ab12: bucket blobs at http://s3:9000 does not answer (ECONNREFUSED)",
      cause,
    });
  });
});

describe("an answer that is no fault", () => {
  it("is known: no such key, a key that is there, a condition that the server does not know", () => {
    expect(["NoSuchKey", "NotFound", "NoSuchBucket"].map((name) => isMissing(answer(name)))).toEqual([
      true,
      true,
      false,
    ]);
    expect([412, 409].map((status) => isThereAlready(answer("x", status)))).toEqual([true, false]);
    expect([501, 500].map((status) => isUnknownCondition(answer("x", status)))).toEqual([true, false]);
    expect([isMissing("NoSuchKey"), isThereAlready(undefined), isUnknownCondition(null)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
