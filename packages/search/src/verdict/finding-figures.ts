/** Every kind of verdict, the gravest first. */
export const VERDICTS = [
  "diverged",
  "at-chance",
  "decided-by-ties",
  "collapsed",
  "not-distinguishable",
  "too-few-reduction-images",
  "sound",
] as const;
export type VerdictKind = (typeof VERDICTS)[number];

/** Something that was found about a search, and the figures behind it. Losses are in nats, accuracies in [0, 1]. */
export type FindingFigures =
  | {
      readonly kind: "diverged";
      readonly loss: number;
      readonly guessing: number;
      readonly where: "an epoch" | "the end";
    }
  | {
      readonly kind: "at-chance";
      readonly samples: number;
      readonly best: number;
      readonly classes: number;
      readonly images: number;
    }
  | {
      readonly kind: "decided-by-ties";
      readonly edges: number;
      readonly byOrder: number;
      readonly tied: number;
      readonly abandonments: number;
    }
  | {
      readonly kind: "collapsed";
      readonly into: "skip_connect" | "none";
      readonly cell: string;
      readonly links: number;
      readonly of: number;
    }
  | { readonly kind: "not-distinguishable"; readonly chiSquare: number; readonly critical: number }
  | {
      readonly kind: "too-few-reduction-images";
      readonly images: number;
      readonly counting: number;
      readonly wouldDo: number;
    }
  | { readonly kind: "sound"; readonly samples: number; readonly classes: number | undefined };
