/** What a model answered to labelled images. Accuracies and shares are in [0, 1]. */
export type AnswerReport = {
  readonly images: number;
  /** Images whose class has the largest logit (of equals, the first). */
  readonly correct: number;
  /** Images whose class is among the five largest logits; null where there are five classes or fewer. */
  readonly top5: number | null;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Of each class: its images, and those that were answered correctly. */
  readonly classes: readonly { readonly name: string; readonly images: number; readonly correct: number }[];
  /** Row: the class of the image; column: the answer. */
  readonly confusion: readonly (readonly number[])[];
  /** Expected calibration error in 15 equal bins (Guo et al., 2017): how far the probability of an answer is from its being right. */
  readonly calibrationError: number;
};

const BINS = 15;

/** Takes in logits batch by batch, and counts what they answer. */
export class AnswerCounter {
  readonly #names: readonly string[];
  readonly #confusion: number[][];
  readonly #bins = Array.from({ length: BINS }, () => ({ images: 0, confidence: 0, correct: 0 }));
  #top5 = 0;
  #loss = 0;

  /** @param names the classes, in the order of the logits */
  constructor(names: readonly string[]) {
    this.#names = names;
    this.#confusion = names.map(() => names.map(() => 0));
  }

  /** @param logits [images, classes], row-major. @param labels a class of each image */
  add(logits: Float32Array, labels: ArrayLike<number>): void {
    const classes = this.#names.length;
    for (let image = 0; image < labels.length; image++) {
      this.#addImage(logits.subarray(image * classes, (image + 1) * classes), labels[image] ?? 0);
    }
  }

  #addImage(row: Float32Array, label: number): void {
    let answer = 0;
    for (let k = 1; k < row.length; k++) if ((row[k] ?? 0) > (row[answer] ?? 0)) answer = k;
    const most = row[answer] ?? 0;
    const own = row[label] ?? 0;
    let sum = 0;
    // How many logits come before that of the class, of equals the lower class first.
    let before = 0;
    for (let k = 0; k < row.length; k++) {
      const value = row[k] ?? 0;
      sum += Math.exp(value - most);
      if (value > own || (value === own && k < label)) before++;
    }
    const confidence = 1 / sum;
    const bin = this.#bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    const counts = this.#confusion[label];
    if (bin === undefined || counts === undefined)
      throw new RangeError(`a label of ${label}, or a logit that is no number`);
    bin.images += 1;
    bin.confidence += confidence;
    if (answer === label) bin.correct += 1;
    counts[answer] = (counts[answer] ?? 0) + 1;
    if (before < 5) this.#top5 += 1;
    this.#loss += Math.log(sum) + most - own;
  }

  report(): AnswerReport {
    const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
    const classes = this.#names.map((name, label) => {
      const row = this.#confusion[label] ?? [];
      return { name, images: total(row), correct: row[label] ?? 0 };
    });
    const images = total(classes.map((one) => one.images));
    const off = total(this.#bins.map(({ confidence, correct }) => Math.abs(confidence - correct)));
    return {
      images,
      correct: total(classes.map((one) => one.correct)),
      top5: this.#names.length > 5 ? this.#top5 : null,
      loss: this.#loss / images,
      classes,
      confusion: this.#confusion.map((row) => [...row]),
      calibrationError: off / images,
    };
  }
}
