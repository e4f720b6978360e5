import { describe, expect, it } from "vitest";
import { differingField } from "../src/differing-field.js";
import { parseGenotype, parseSpec } from "../src/index.js";

const refusal = (
  act: () => unknown,
): { readonly code?: string; readonly value?: unknown; readonly message: string } => {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return new Error("it was taken");
};

describe("a spec at the bounds of what it may say", () => {
  it("may have a cut-out as large as the image, or of any size where the image's size is the dataset's to say", () => {
    expect(parseSpec({ data: { imageSize: 16, cutout: 16 } }).data.cutout).toBe(16);
    expect(refusal(() => parseSpec({ data: { imageSize: 16, cutout: 17 } }))).toMatchObject({
      code: "INVALID_INPUT",
      value: 17,
    });
    expect(parseSpec({ data: { imageSize: 0, cutout: 17 } }).data.cutout).toBe(17);
  });

  it("may end at the rate that it begins with, and not above", () => {
    expect(parseSpec({ weights: { rate: 0.1, leastRate: 0.1 } }).weights.leastRate).toBe(0.1);
    expect(refusal(() => parseSpec({ weights: { rate: 0.1, leastRate: 0.11 } }))).toMatchObject({
      code: "INVALID_INPUT",
      value: 0.11,
    });
  });

  it("names the next number of channels that the share divides", () => {
    expect(refusal(() => parseSpec({ network: { channels: 18, partial: 4 } })).message).toContain(
      "try network.channels: 20.",
    );
  });

  it("names a size of images near the one that was asked for", () => {
    expect(refusal(() => parseSpec({ data: { imageSize: 30 } })).message).toMatch(/try (28|32)\./);
  });
});

describe("the first field that differs", () => {
  it("is an element of lists of one length, and the whole where the lengths or the kinds differ", () => {
    expect(differingField({ a: [1, 2, 3] }, { a: [1, 9, 8] })).toEqual({ path: "spec.a[1]", left: 2, right: 9 });
    expect(differingField([1], [1, 2], "x")?.path).toMatch(/^x/);
    expect(differingField({ a: [1] }, { a: "b" })).toEqual({ path: "spec.a", left: [1], right: "b" });
    expect(differingField({ a: "b" }, { a: [1] })).toEqual({ path: "spec.a", left: "b", right: [1] });
    expect(differingField([1, 2], [1, 2])).toBeUndefined();
  });

  it("is no number that is as near as the tolerance", () => {
    expect(differingField(1, 1.5, "x", 0.5)).toBeUndefined();
    expect(differingField(1, 1.75, "x", 0.5)).toEqual({ path: "x", left: 1, right: 1.75 });
    expect(differingField(1.75, 1, "x", 0.5)).toEqual({ path: "x", left: 1.75, right: 1 });
  });
});

describe("a genotype that is none", () => {
  it("is shown from the place of the fault on, 20 characters of it, or as its end", () => {
    const text = "Genotype(normal=!123456789012345678901234567890";
    expect(refusal(() => parseGenotype(text))).toMatchObject({ code: "INVALID_INPUT", value: "!1234567890123456789" });
    expect(refusal(() => parseGenotype("Genotype(")).value).toBe("the end of the text");
  });
});
