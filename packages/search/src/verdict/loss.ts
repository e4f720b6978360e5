import { greatestOf } from "../extremes.js";
import type { Search } from "../life/search.js";

/** An epoch whose mean loss is so many times what guessing costs has blown up. */
const BLOWN_UP = 10;
/** A search whose loss ends so many times above both guessing and its beginning has unlearned. */
const UNLEARNED = 1.1;
/** The end of a search: this share of its epochs, and as many at least, for one epoch alone may be an accident. */
const END = { share: 0.1, least: 3 };

/** A loss that is no training any more. */
export type Divergence = {
  /** The mean loss in nats: of the worst epoch, or of the last ones. */
  readonly loss: number;
  /** What guessing gives: ln of the classes, or of the most that there can be. */
  readonly guessing: number;
  /** Whether it is of one epoch, or of those at the end. */
  readonly where: "an epoch" | "the end";
};

/**
 * Whether the training of a search diverged, by the losses of its epochs. Guessing, the same probability for each class, costs ln C
 * nats. It diverged if
 * 1. the loss of an epoch is not finite, or ten times what guessing costs or more: no rate recovers from that, and what comes after
 *    begins with those weights; or
 * 2. the mean loss at the end (of the last tenth of the epochs, three at least) is 10 % or more above guessing, and 10 % or more above
 *    that of the first epoch: it had learned more when it began.
 *
 * A loss that stays where guessing is has not diverged: such a search has learned nothing, and its samples say so.
 * @param classes undefined: not known. Then as many as an epoch has images, of which there is one a class at least
 */
export const divergenceOf = (search: Search, classes: number | undefined): Divergence | undefined => {
  const epochs = search.work.flatMap(({ trained }) => trained ?? []);
  const [first] = epochs;
  if (first === undefined) return undefined;
  const guessing = Math.log(Math.max(2, classes ?? greatestOf(epochs.map(({ images }) => images))));
  const worst = epochs.find(({ loss }) => !Number.isFinite(loss)) ?? epochs.reduce(higher);
  if (!(worst.loss < BLOWN_UP * guessing)) return { loss: worst.loss, guessing, where: "an epoch" };
  const end = epochs.slice(-Math.max(END.least, Math.ceil(epochs.length * END.share)));
  const loss = end.reduce((sum, epoch) => sum + epoch.loss, 0) / end.length;
  return loss >= UNLEARNED * Math.max(guessing, first.loss) ? { loss, guessing, where: "the end" } : undefined;
};

const higher = <T extends { readonly loss: number }>(one: T, other: T): T => (other.loss > one.loss ? other : one);
