import { describe, expect, it } from "vitest";
import { a12, a12Error, quantile, rankOf } from "../statistics.js";

describe("A12", () => {
  it("is the share of pairs that the first wins, equal ones half", () => {
    expect(a12([1, 2, 3], [2])).toBe(0.5);
    expect(a12([3, 4], [1, 2])).toBe(1);
    expect(a12([1], [1, 1, 2])).toBeCloseTo((0.5 + 0.5 + 0) / 3, 12);
  });

  it("has an interval that gets narrower with the root of the number of searches", () => {
    const numbers = (count: number, shift: number) =>
      Array.from({ length: count }, (_, index) => ((index * 7919) % count) / count + shift);
    const few = a12Error(numbers(50, 0.1), numbers(50, 0));
    const many = a12Error(numbers(800, 0.1), numbers(800, 0));
    expect(few / many).toBeGreaterThan(3.5);
    expect(few / many).toBeLessThan(4.5);
  });
});

describe("a rank", () => {
  it("is 1 for the greatest, and the same for equal ones", () => {
    expect([3, 2, 2, 1].map((value) => rankOf([1, 2, 2, 3], value))).toEqual([1, 2, 2, 4]);
  });
});

describe("a quantile", () => {
  it("is the number that a share of the numbers is below", () => {
    const numbers = Array.from({ length: 100 }, (_, index) => 99 - index);
    expect(quantile(numbers, 0.1)).toBe(10);
    expect(quantile(numbers, 0.5)).toBe(50);
    expect(quantile(numbers, 1)).toBe(99);
  });
});
