import { aSpec, ID, simulate, type World } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import {
  binomial,
  classesOf,
  collapseOf,
  darts,
  evolve,
  type Fact,
  type Link,
  PUBLISHED,
  type Search,
  type Space,
  spreadOf,
  start,
  stream,
  tiesOf,
  type Verdict,
  verdictOf,
  weightlessOf,
} from "../src/index.js";

type Accuracy = NonNullable<World["accuracy"]>;

const fold = (facts: readonly Fact[]): Search => facts.reduce(evolve, start(ID));
/** Answers of `images` images, with the noise of counting. */
const counted = (rate: number, images: number, ...names: readonly number[]): number =>
  binomial(images, rate).quantile(stream(1, "counted", ...names).next()) / images;
/** The verdict on a search in which samples are right as the world says. Its genotype is the published one, which has not collapsed. */
const verdictIn = (world: Partial<World>, spec: object = {}): Verdict => {
  const { facts } = simulate(aSpec({ reduction: { passes: 3 }, ...spec }), { seed: 8, images: 1000, ...world });
  const verdict = verdictOf(fold(facts.map((fact) => (fact.kind === "search.finished" ? published : fact))));
  if (verdict === undefined) throw new Error("the search has not ended");
  return verdict;
};
const published: Fact = { kind: "search.finished", genotype: PUBLISHED };
const kinds = ({ findings }: Verdict): readonly string[] => findings.map(({ kind }) => kind);

/** Samples that differ by far more than counting gives, from 20 % to 90 %. */
const different: Accuracy = (_, { round, pass, sample }) =>
  0.2 + 0.7 * stream(3, "different", round, pass, sample).next();
const { facts: soundFacts } = simulate(aSpec({ reduction: { passes: 3 } }), {
  seed: 8,
  images: 1000,
  accuracy: different,
});

/** A search with other losses, by the index of the epoch among all. */
const withLosses = (loss: (epoch: number, of: number) => number, dataset = "shapes:"): Verdict | undefined => {
  const trained = soundFacts.filter(({ kind }) => kind === "epoch.trained" || kind === "sample.trained");
  return verdictOf(
    fold(
      soundFacts.map((fact) => {
        if (fact.kind === "search.opened") return { ...fact, spec: { ...fact.spec, dataset } };
        if (fact.kind === "search.finished") return published;
        return fact.kind === "epoch.trained" || fact.kind === "sample.trained"
          ? { ...fact, loss: loss(trained.indexOf(fact), trained.length) }
          : fact;
      }),
    ),
  );
};

describe("the verdict on a search", () => {
  it("is sound where samples differ, are better than chance, and the loss falls", () => {
    const verdict = verdictIn({ accuracy: different });
    expect(kinds(verdict)).toEqual(["sound"]);
    expect(verdict).toMatchObject({ kind: "sound", samples: 57, classes: 6 });
  });

  it("says of every finding what was seen, what it means and what to do next", () => {
    for (const { seen, means, next } of verdictIn({ accuracy: () => 1 / 6 }).findings) {
      for (const sentence of [seen, means, next]) expect(sentence).toMatch(/^[A-Z\d].*\.$/);
    }
  });

  it("is none while the search continues, and for one that ended without an answer", () => {
    const running = soundFacts.filter(({ kind }) => kind !== "search.finished");
    expect(verdictOf(fold(running))).toBeUndefined();
    expect(verdictOf(start(ID))).toBeUndefined();
    const cancelled: Fact = { kind: "search.cancelled", reason: "enough" };
    expect(verdictOf(fold([...running, cancelled]))).toBeUndefined();
  });

  it("of a strategy that evaluates no samples says that nothing supports it", () => {
    const { search } = simulate(aSpec({ strategy: "random", seed: 4 }), { seed: 1 });
    expect(verdictOf(search)).toMatchObject({ kind: "sound", samples: 0 });
    expect(verdictOf(search)?.seen).toContain("no sample was evaluated");
  });

  it("does not depend on the order in which samples were evaluated", () => {
    const spec = aSpec({ reduction: { passes: 2 } });
    const [one, other] = [0, 5].map((order) => verdictOf(simulate(spec, { seed: 2, images: 40 }, order).search));
    expect(one).toEqual(other);
  });
});

describe("a search diverged", () => {
  const guessing = Math.log(6);

  it("with a loss of 1.7e11 in an epoch, even if it ends low", () => {
    const verdict = withLosses((epoch) => (epoch === 7 ? 1.7e11 : 1.2));
    expect(verdict).toMatchObject({ kind: "diverged", loss: 1.7e11, guessing, where: "an epoch" });
    expect(verdict?.seen).toContain("1.7e+11");
  });

  it("with a loss that is not a number", () => {
    for (const loss of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(withLosses((epoch) => (epoch === 3 ? loss : 1.2))).toMatchObject({ kind: "diverged", loss });
    }
  });

  it("with ten times what guessing costs, and not with a little less", () => {
    expect(withLosses((epoch) => (epoch === 0 ? 10 * guessing : 1))?.kind).toBe("diverged");
    expect(withLosses((epoch) => (epoch === 0 ? 9.9 * guessing : 1))?.kind).toBe("sound");
  });

  it("when it ends a tenth above guessing and above its beginning", () => {
    const ends = (last: number, first: number) => withLosses((epoch, of) => (epoch < of / 2 ? first : last))?.kind;
    expect(ends(1.11 * guessing, 1.5)).toBe("diverged");
    expect(ends(1.09 * guessing, 1.5)).toBe("sound");
    // It never had learned more: what its samples say counts.
    expect(ends(1.11 * guessing, 1.05 * guessing)).toBe("sound");
  });

  it("not by the accident of one last epoch", () => {
    expect(withLosses((epoch, of) => (epoch === of - 1 ? 1.5 * guessing : 1))?.kind).toBe("sound");
  });

  it("also with a number of classes that facts do not say: more than one an image there are not", () => {
    expect(withLosses((epoch) => (epoch === 7 ? 1.7e11 : 1.2), "folder:flowers")?.kind).toBe("diverged");
    expect(withLosses(() => 4.5, "folder:flowers")?.kind).toBe("sound");
  });

  it("also when it then failed", () => {
    const failed: Fact = { kind: "search.failed", reason: "the loss is NaN", hint: "lower the rate" };
    const facts = soundFacts.filter(({ kind }) => kind !== "search.finished");
    const blown = facts.map((fact) => (fact.kind === "sample.trained" ? { ...fact, loss: 1e9 } : fact));
    expect(verdictOf(fold([...blown, failed]))?.kind).toBe("diverged");
  });
});

describe("a search is at chance", () => {
  const guess: Accuracy = (_, { round, pass, sample }) => counted(1 / 6, 1000, round, pass, sample);

  it("when no sample is distinguished from guessing among the classes of the dataset", () => {
    expect(verdictIn({ accuracy: guess })).toMatchObject({ kind: "at-chance", samples: 57, classes: 6, images: 1000 });
    expect(verdictIn({ accuracy: guess }, { dataset: "shapes:?classes=8" }).kind).not.toBe("at-chance");
  });

  it("not when one sample is", () => {
    const one: Accuracy = (network, id) => (id.round === 6 && id.pass === 2 ? 0.3 : guess(network, id));
    expect(kinds(verdictIn({ accuracy: one }))).not.toContain("at-chance");
  });

  it("not by the best of many that only guess: 57 samples are 57 chances", () => {
    // 19.6 % of 1000 images: one guess in 150 gets so many.
    const lucky: Accuracy = (network, id) => (id.round === 4 && id.pass === 1 ? 0.196 : guess(network, id));
    expect(verdictIn({ accuracy: lucky }).kind).toBe("at-chance");
  });

  it("by a number of classes that the caller knows, where facts do not say it", () => {
    const spec = aSpec({ dataset: "folder:flowers" });
    const { search } = simulate(spec, { seed: 8, images: 1000, accuracy: guess });
    expect(verdictOf(search)?.findings.map(({ kind }) => kind)).not.toContain("at-chance");
    expect(verdictOf(search, { classes: 6 })?.kind).toBe("at-chance");
  });

  it("knows the classes of a dataset where its URI says them", () => {
    const of = (dataset: string) => classesOf({ dataset });
    expect(["cifar10:a", "cifar100:a", "shapes:", "shapes:?size=8&classes=3"].map(of)).toEqual([10, 100, 6, 3]);
    expect(["idx:a", "folder:classes=3"].map(of)).toEqual([undefined, undefined]);
  });
});

describe("a search is decided by ties", () => {
  it("on all edges where all samples are right, and says how many", () => {
    const verdict = verdictIn({ accuracy: () => 1 });
    expect(verdict).toMatchObject({ kind: "decided-by-ties", edges: 28, byOrder: 28, tied: 196, abandonments: 196 });
    expect(verdict.seen).toContain("28 of 28 edges were decided by ties");
    expect(kinds(verdict)).toEqual(["decided-by-ties", "not-distinguishable"]);
  });

  it("not where no two likelihoods are equal", () => {
    const { search } = simulate(aSpec({ sample: "all" }), { seed: 8, images: 1_000_000, accuracy: different });
    expect(tiesOf(search)).toEqual({ abandonments: 196, tied: 0, edges: 28, byOrder: [], idleRounds: [] });
  });

  it("not by ties among operations that went", () => {
    // In the first round two of four samples are equally bad: on every edge two operations tie, and one goes for its index.
    const bad: Accuracy = (network, id) => (id.round === 1 && id.sample <= 2 ? 0.2 : different(network, id));
    const { search } = simulate(aSpec({ sample: "all" }), { seed: 8, images: 1000, accuracy: bad });
    const ties = tiesOf(search);
    expect(ties.tied).toBeGreaterThanOrEqual(28);
    expect(ties.byOrder.length).toBeLessThan(14);
  });

  it("as its gravest finding only on half of the edges or more", () => {
    const { facts } = simulate(aSpec({ reduction: { passes: 3 } }), { seed: 8, images: 1000, accuracy: different });
    const tie = (edges: number) =>
      verdictOf(
        fold(
          facts.map((fact) => {
            if (fact.kind === "search.finished") return published;
            if (fact.kind !== "round.reduced" || fact.round !== 7) return fact;
            const equal = (fact.likelihoods.normal ?? []).map((row, edge) =>
              edge < edges ? Object.fromEntries(Object.keys(row).map((name) => [name, 1])) : row,
            );
            return { ...fact, likelihoods: { ...fact.likelihoods, normal: equal } };
          }),
        ),
      );
    expect(tie(0)?.findings).toMatchObject([{ kind: "sound" }]);
    expect(tie(3)?.findings).toMatchObject([{ kind: "sound" }, { kind: "decided-by-ties", byOrder: 3, edges: 28 }]);
    expect(tie(14)?.findings).toMatchObject([{ kind: "decided-by-ties", byOrder: 14 }]);
  });

  it("names the rounds in which every candidate scored the same: the last, where half of two is sampled", () => {
    const idle = (sample: "half" | "all") => {
      const { search } = simulate(aSpec({ sample }), { seed: 8, images: 1000, accuracy: different });
      return tiesOf(search).idleRounds;
    };
    expect(idle("half")).toEqual([7]);
    expect(idle("all")).toEqual([]);
  });
});

describe("a search collapsed", () => {
  const links = (operation: Link[0], count: number): readonly Link[] =>
    PUBLISHED.normal.map(([, input], index): Link => [index < count ? operation : "sep_conv_3x3", input]);
  const found = (cell: "normal" | "reduce", operation: Link[0], count: number) => {
    const genotype = { ...PUBLISHED, [cell]: links(operation, count) };
    return verdictOf(fold(soundFacts.map((fact) => (fact.kind === "search.finished" ? { ...fact, genotype } : fact))));
  };

  it("with the third skip connection of the normal cell", () => {
    expect(found("normal", "skip_connect", 2)?.kind).toBe("sound");
    expect(found("normal", "skip_connect", 3)).toMatchObject({ kind: "collapsed", into: "skip_connect", links: 3 });
  });

  it("not with skip connections of the reduction cell", () => {
    expect(found("reduce", "skip_connect", 8)?.kind).toBe("sound");
  });

  it("in a cell that keeps all of its edges with more than half of them, for there none leaves an edge out", () => {
    const [normal] = darts.cells;
    if (normal === undefined) throw new Error("DARTS has a normal cell");
    const whole: Space = { ...darts, cells: [{ ...normal, kind: "cell", links: "all" }] };
    const of = (operation: Link[0], count: number) =>
      collapseOf({ cell: links(operation, count), cell_concat: [2, 3, 4, 5] }, whole)?.into;
    expect([of("none", 4), of("none", 5)]).toEqual([undefined, "none"]);
    expect([of("skip_connect", 4), of("skip_connect", 5)]).toEqual([undefined, "skip_connect"]);
  });

  it("counts the links without weights of each kind of cell", () => {
    expect(weightlessOf(PUBLISHED)).toEqual([
      { cell: "normal", links: 8, skips: 2, nones: 0 },
      { cell: "reduce", links: 8, skips: 2, nones: 0 },
    ]);
  });

  it("with the third none of any cell", () => {
    expect(found("reduce", "none", 2)?.kind).toBe("sound");
    expect(found("reduce", "none", 3)).toMatchObject({
      kind: "collapsed",
      into: "none",
      cell: "reduce",
      links: 3,
      of: 8,
    });
    expect(found("normal", "none", 8)).toMatchObject({ kind: "collapsed", into: "none", cell: "normal", links: 8 });
  });
});

describe("the samples of a search", () => {
  const equal =
    (images: number): Accuracy =>
    (_, { round, pass, sample }) =>
      counted(0.3 + 0.05 * round, images, round, pass, sample);

  it("are not distinguishable where they spread as counting equal networks gives, though accuracy rises by round", () => {
    for (const images of [200, 1000, 5000]) {
      expect(verdictIn({ images, accuracy: equal(images) })).toMatchObject({ kind: "not-distinguishable" });
    }
  });

  it("have too few images where counting makes more than a fifth of their differences, and the number that would do", () => {
    // True accuracies with a deviation of 5 points; counting 200 answers gives 3.5.
    const accuracy: Accuracy = (_, { round, pass, sample }) =>
      counted(0.5 + 0.05 * stream(4, "true", round, pass, sample).gaussian(), 200, round, pass, sample);
    const verdict = verdictIn({ images: 200, accuracy });
    expect(verdict.kind).toBe("too-few-reduction-images");
    if (verdict.kind !== "too-few-reduction-images") return;
    expect(verdict.images).toBe(200);
    expect(verdict.counting).toBeGreaterThan(0.2);
    // 0.25 / n is a quarter of 0.0025 at n = 400.
    expect(verdict.wouldDo).toBeGreaterThan(250);
    expect(verdict.wouldDo).toBeLessThan(650);
    expect(verdict.next).toContain(String(verdict.wouldDo));
  });

  it("are compared within their pass: what differs from pass to pass alone is no difference of samples", () => {
    const spreadIn = (accuracy: Accuracy) =>
      spreadOf(simulate(aSpec({ reduction: { passes: 3 } }), { seed: 8, images: 1000, accuracy }).search);
    // 57 samples; the last three passes have one sample each, and 18 have two to four.
    expect(spreadIn((_, { round, pass }) => 0.2 + 0.01 * (3 * round + pass))).toMatchObject({
      chiSquare: 0,
      variance: 0,
      freedom: 54 - 18,
      images: 1000,
    });
    const spread = spreadIn(different);
    expect(spread?.chiSquare).toBeGreaterThan(10 * (spread?.critical ?? 0));
  });

  it("have a critical value near that of the tables of chi-square", () => {
    const critical = (passes: number) =>
      spreadOf(simulate(aSpec({ reduction: { passes } }), { seed: 8 }).search)?.critical ?? 0;
    // 12 and 36 degrees of freedom: 21.03 and 51.00.
    expect(critical(1)).toBeCloseTo(21.03, 1);
    expect(critical(3)).toBeCloseTo(51.0, 1);
  });

  it("would do with the number that is named", () => {
    const accuracy =
      (images: number): Accuracy =>
      (_, { round, pass, sample }) =>
        counted(0.5 + 0.05 * stream(4, "true", round, pass, sample).gaussian(), images, round, pass, sample);
    expect(verdictIn({ images: 5000, accuracy: accuracy(5000) }).kind).toBe("sound");
  });
});
