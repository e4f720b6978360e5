import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  darts,
  type Evaluated,
  leastLikely,
  likeliest,
  likelihoodsOf,
  meanAccuracies,
  narrow,
  type Operation,
  perEdge,
  scoresOf,
  softmax,
  stream,
  updateLikelihoods,
} from "../src/index.js";

const three: readonly Operation[] = ["none", "skip_connect", "sep_conv_3x3"];
const candidates = perEdge(darts, () => three);
const small = perEdge(darts, (): Operation[] => ["none", "skip_connect"]);
const evaluated = (operation: Operation, correct: number, total = 10): Evaluated => ({
  network: perEdge(darts, () => operation),
  correct,
  total,
});

/** Two passes: none was right in 2 and 4 of 10, skip_connect in 5 and 9 of 10. */
const passes = [evaluated("none", 2), evaluated("skip_connect", 5), evaluated("skip_connect", 9), evaluated("none", 4)];

describe("the accuracy of an operation", () => {
  it("is the mean over the samples that drew it (lines 9 and 10)", () => {
    expect(meanAccuracies(passes).normal?.[0]).toEqual({ none: 0.3, skip_connect: 0.7 });
  });

  it("is not there for what was not drawn", () => {
    expect(Object.keys(meanAccuracies(passes).reduce?.[13] ?? {})).not.toContain("sep_conv_3x3");
    expect(meanAccuracies([])).toEqual({});
  });

  it("is exactly that of an operation that was right as often, in whatever order", () => {
    const thirds = [1, 2, 4].map((correct) => evaluated("none", correct, 7));
    const others = [4, 1, 2].map((correct) => evaluated("skip_connect", correct, 7));
    const { none, skip_connect } = meanAccuracies([...thirds, ...others]).normal?.[0] ?? {};
    expect(none).toBe(skip_connect);
  });
});

describe("the score of an operation", () => {
  const scores = scoresOf(candidates, small, passes);

  it("is the softmax of the mean accuracies when it was sampled (line 10)", () => {
    // e^0.3 / (e^0.3 + e^0.7) = 1 / (1 + e^0.4) = 1 / 2.4918247 = 0.4013123
    expect(scores.normal?.[0]?.none).toBeCloseTo(0.4013123, 7);
    expect(scores.normal?.[0]?.skip_connect).toBeCloseTo(0.5986877, 7);
  });

  it("is half way between the largest and the mean of those when it was not (line 11)", () => {
    // (0.5986877 + 0.5) / 2
    expect(scores.reduce?.[7]?.sep_conv_3x3).toBeCloseTo(0.5493438, 7);
  });

  it("is there for every candidate and nothing else", () => {
    expect(Object.keys(scores.normal?.[0] ?? {})).toEqual(three);
  });

  it("is 1 for both of the last two candidates, when one of them is sampled", () => {
    const two = perEdge(darts, (): Operation[] => ["none", "skip_connect"]);
    const one = perEdge(darts, (): Operation[] => ["none"]);
    expect(scoresOf(two, one, [evaluated("none", 3)]).normal?.[0]).toEqual({ none: 1, skip_connect: 1 });
  });

  it("does not depend on the order in which samples were evaluated", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(passes, { minLength: 4 }), (shuffled) => {
        expect(scoresOf(candidates, small, shuffled)).toEqual(scores);
      }),
    );
  });
});

describe("softmax", () => {
  it("sums to 1, keeps the order, and neither overflows nor moves by a shift", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 8 }), (numbers) => {
        const shares = softmax(numbers);
        expect(shares.reduce((one, other) => one + other)).toBeCloseTo(1, 12);
        expect(softmax(numbers.map((one) => one + 4096))).toEqual(shares);
        for (const [i, one] of numbers.entries()) {
          for (const [j, other] of numbers.entries())
            if (one > other) expect(shares[i]).toBeGreaterThanOrEqual(shares[j] ?? 1);
        }
      }),
    );
  });
});

describe("equal accuracies", () => {
  it("give exactly equal shares in whatever order an edge meets them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        (correct, seed) => {
          const accuracies = correct.map((one) => one / 5000);
          const shuffled = stream(seed).shuffle(accuracies);
          expect(softmax(shuffled).toSorted()).toEqual(softmax(accuracies).toSorted());
        },
      ),
    );
  });
});

describe("the likelihood of an operation", () => {
  it("is half of what it was and the score (line 12)", () => {
    const before = perEdge(darts, () => ({ none: 0.8, skip_connect: 0.2, sep_conv_3x3: 0 }));
    const scores = perEdge(darts, () => ({ none: 0.25, skip_connect: 0.5, sep_conv_3x3: 0.375 }));
    expect(updateLikelihoods(candidates, before, scores).normal?.[0]).toEqual({
      none: 0.65,
      skip_connect: 0.6,
      sep_conv_3x3: 0.375,
    });
  });
});

describe("a reduction", () => {
  it("abandons the operation with the least likelihood on every edge (line 13)", () => {
    const likelihoods = perEdge(darts, ({ edge }) => ({ none: 3, skip_connect: edge === 2 ? 9 : 1, sep_conv_3x3: 2 }));
    const abandoned = leastLikely(candidates, likelihoods);
    expect(abandoned.normal?.[0]).toBe("skip_connect");
    expect(abandoned.reduce?.[2]).toBe("sep_conv_3x3");
  });

  it("abandons the lower index of equals", () => {
    const alike = perEdge(darts, () => ({ none: 1, skip_connect: 0.5, sep_conv_3x3: 0.5 }));
    expect(leastLikely(candidates, alike).normal?.[0]).toBe("skip_connect");
  });

  it("leaves the others with their likelihoods", () => {
    const likelihoods = perEdge(darts, () => ({ none: 3, skip_connect: 1, sep_conv_3x3: 2 }));
    const left = narrow(candidates, leastLikely(candidates, likelihoods));
    expect(left.normal?.[0]).toEqual(["none", "sep_conv_3x3"]);
    expect(likelihoodsOf(left, likelihoods).normal?.[0]).toEqual({ none: 3, sep_conv_3x3: 2 });
  });
});

describe("the likeliest operation of every edge", () => {
  it("is alone left of its edge", () => {
    const likelihoods = perEdge(darts, ({ edge }) => ({ none: 1, skip_connect: edge === 2 ? 9 : 3, sep_conv_3x3: 5 }));
    const left = likeliest(candidates, likelihoods);
    expect(left.normal?.[0]).toEqual(["sep_conv_3x3"]);
    expect(left.reduce?.[2]).toEqual(["skip_connect"]);
  });

  it("is of equals the one of the higher index, which reductions would have left for last", () => {
    const alike = perEdge(darts, () => ({ none: 1, skip_connect: 1, sep_conv_3x3: 0.5 }));
    expect(likeliest(candidates, alike).normal?.[0]).toEqual(["skip_connect"]);
    let left = perEdge(darts, (): readonly Operation[] => three);
    while (left.normal?.[0]?.length !== 1) left = narrow(left, leastLikely(left, alike));
    expect(left).toEqual(likeliest(candidates, alike));
  });

  it("is one of no likelihood where no operation has one", () => {
    expect(
      likeliest(
        candidates,
        perEdge(darts, () => ({})),
      ).normal?.[0],
    ).toEqual(["sep_conv_3x3"]);
  });
});
