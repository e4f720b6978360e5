import type { FindingFigures } from "./finding-figures.js";

/** A finding in plain sentences. */
export type FindingWords = {
  /** What was seen. */
  readonly seen: string;
  /** What it means for the answer. */
  readonly means: string;
  /** What to do next. */
  readonly next: string;
};

/** The sentences of a finding. */
export const wordsOf = (found: FindingFigures): FindingWords => {
  switch (found.kind) {
    case "diverged":
      return {
        seen: `The search diverged: ${found.where === "the end" ? "at the end the mean loss is" : "the mean loss of an epoch is"} ${short(found.loss)} nats, and guessing gives ${short(found.guessing)}.`,
        means: "Its samples were trained from broken weights, so the genotype is an accident.",
        next: "Lower weights.rate, or set weights.clip to 5 or less, and search again with another --out.",
      };
    case "at-chance":
      return {
        seen: `All ${found.samples} samples are at chance: the best has ${percent(found.best)} of ${found.images} images right, and guessing among ${found.classes} classes gives ${percent(1 / found.classes)}.`,
        means: "No sample has learned anything that its accuracy shows, so the scores compare noise.",
        next: "Train longer (warmup.epochs, reduction.passes, data.limit) or at another weights.rate; check that the labels fit the images.",
      };
    case "decided-by-ties":
      return {
        seen: `${found.byOrder} of ${found.edges} edges were decided by ties: the operation that is left and one that went came out exactly equal (${found.tied} of ${found.abandonments} abandonments were ties).`,
        means: "On these edges the order of the operations decided, and no measurement.",
        next: "Use more reduction images (data.reductionImages), or a dataset on which samples differ.",
      };
    case "collapsed":
      return {
        seen: `The ${found.cell} cell collapsed: ${found.links} of its ${found.of} links are ${found.into}.`,
        means:
          found.into === "none"
            ? "These links pass nothing on, so the derived network has fewer paths than it seems to have."
            : "These links have no weights: such cells train fast and end weak (DARTS+, P-DARTS).",
        next: "Search with another seed or more passes; compare the derived network with that of `bnas search --strategy random`.",
      };
    case "not-distinguishable":
      return {
        seen: `The samples cannot be distinguished: their accuracies lie as near to each other as counting the answers of equal networks gives (chi-square ${found.chiSquare.toFixed(1)}, and ${found.critical.toFixed(1)} would show a difference).`,
        means: "The scores may be noise alone; another seed will probably give another genotype.",
        next: "Use more reduction images and more passes (data.reductionImages, reduction.passes), and compare several seeds.",
      };
    case "too-few-reduction-images":
      return {
        seen: `The samples differ, but counting the answers to ${found.images} images makes ${percent(found.counting)} of what they differ by.`,
        means: "Single decisions may be noise of counting; the sureness of each edge says which.",
        next: `Set data.reductionImages to ${found.wouldDo}, and data.limit to no less unless it is 0: then counting makes a fifth. It does not reduce the noise of training.`,
      };
    case "sound":
      return {
        seen:
          found.samples === 0
            ? "No fault was found, and no sample was evaluated."
            : "No fault was found that touches the whole answer.",
        means:
          found.samples === 0
            ? "The genotype follows from its strategy alone; nothing on reduction images supports it."
            : `Training did not diverge, samples are better than chance and differ by more than counting gives, and the cells have weights.${found.classes === undefined ? " Chance could not be checked: facts do not say how many classes there are." : ""}`,
        next: "Train the derived network from scratch (train.seeds, docs/models.md): the accuracies of samples are not its accuracy.",
      };
  }
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `2.31`, `170000000000` as `1.7e+11`. */
const short = (number: number): string =>
  Number.isFinite(number) && Math.abs(number) < 1000
    ? number.toFixed(2)
    : String(Number(number.toPrecision(2)).toExponential());
