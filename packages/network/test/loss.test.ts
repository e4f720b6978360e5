import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossEntropy } from "../src/train/loss.js";

describe("softmax cross-entropy", () => {
  it("is the logarithm of the number of classes where all logits are equal", () => {
    const { loss, gradient } = crossEntropy(Float32Array.of(7, 7, 7, 7), [2], 4);
    expect(loss).toBeCloseTo(Math.log(4), 12);
    expect([...gradient]).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  it("is finite for logits at the end of what a float holds", () => {
    const { loss, correct, gradient } = crossEntropy(Float32Array.of(3e38, -3e38, -3e38, 3e38), [0, 1], 2);
    expect(loss).toBe(0);
    expect(correct).toBe(2);
    expect([...gradient]).toEqual([0, 0, 0, 0].map((zero) => expect.closeTo(zero, 12)));
  });

  it("has the gradient that finite differences show", () => {
    const row = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        row,
        fc.nat(2),
        fc.nat(2),
        fc.nat(5),
        fc.constantFrom(0, 0.1, 0.5),
        (logits, a, b, index, smoothing) => {
          const at = (shift: number) =>
            crossEntropy(
              Float32Array.from(logits, (value, i) => (i === index ? value + shift : value)),
              [a, b],
              3,
              smoothing,
            );
          const step = 2 ** -6;
          expect(at(0).gradient[index]).toBeCloseTo((at(step).loss - at(-step).loss) / (2 * step), 3);
        },
      ),
    );
  });

  it("is least, with smoothing, where the answer has its share and the others have theirs", () => {
    // 0.1 of the target to three classes alike: 0.9 + 0.1/3 to the class, 0.1/3 to each other.
    const shares = [0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3].map(Math.log);
    const { loss, gradient } = crossEntropy(Float32Array.from(shares), [0], 3, 0.1);
    for (const slope of gradient) expect(slope).toBeCloseTo(0, 6);
    expect(loss).toBeCloseTo(-(Math.exp(shares[0] ?? 0) * (shares[0] ?? 0) + (0.2 / 3) * (shares[1] ?? 0)), 5);
  });

  it("is not a number where a logit is not", () => {
    expect(crossEntropy(Float32Array.of(1, Number.NaN), [0], 2).loss).toBeNaN();
  });
});
