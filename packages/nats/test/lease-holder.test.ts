import { describe, expect, it } from "vitest";
import { holderOf, holderText } from "../src/lead/lease-holder.js";

const read = (text: string) => holderOf(Buffer.from(text));

describe("what a lease says of who holds it", () => {
  it("is read back as it was written, also of a version that does not exist yet", () => {
    const holder = { host: "pruner-0", pid: 7, version: 9 };
    expect(read(holderText(holder))).toEqual(holder);
    expect(read('{"host":"pruner-0","pid":7,"version":9,"of":"the future"}')).toEqual(holder);
  });

  it("is of the first version where a service says none, as those did before it was said", () => {
    expect(read('{"host":"pruner-0","pid":7}')).toEqual({ host: "pruner-0", pid: 7, version: 1 });
  });

  it.each([
    "",
    "scribble",
    "null",
    "7",
    "[]",
    '{"host":7,"pid":7}',
    '{"host":"a","pid":"7"}',
    '{"host":"a","pid":7,"version":0.5}',
    '{"host":"a","pid":7,"version":"2"}',
    `{"host":"${"a".repeat(1_000)}","pid":7}`,
    "\u0000\ufffd",
  ])("is nothing where no service of ours wrote it: %j", (text) => {
    expect(read(text)).toBe(undefined);
  });
});
