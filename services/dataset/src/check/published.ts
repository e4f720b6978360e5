import type { DatasetUri } from "../read/uri.js";

/** A dataset as it was published: images to train and to test on. */
type Published = { readonly name: string; readonly train: number; readonly test: number };

const IDX: readonly Published[] = [
  { name: "MNIST, Fashion-MNIST and KMNIST", train: 60_000, test: 10_000 },
  { name: "QMNIST", train: 60_000, test: 60_000 },
  { name: "the letters of EMNIST", train: 124_800, test: 20_800 },
  { name: "the balanced set of EMNIST", train: 112_800, test: 18_800 },
  { name: "the sets byclass and bymerge of EMNIST", train: 697_932, test: 116_323 },
  { name: "the digits of EMNIST", train: 240_000, test: 40_000 },
  { name: "Kuzushiji-49", train: 232_365, test: 38_547 },
];
const TABLE: Readonly<Record<DatasetUri["scheme"], readonly Published[]>> = {
  cifar10: [{ name: "CIFAR-10", train: 50_000, test: 10_000 }],
  cifar100: [{ name: "CIFAR-100", train: 50_000, test: 10_000 }],
  idx: IDX,
  folder: [],
  shapes: [],
};

/** How the counts of a dataset compare with those that were published for its format; undefined: nothing is known of it. */
export const publishedNote = (
  scheme: DatasetUri["scheme"],
  { train, test }: { readonly train: number; readonly test: number },
): string | undefined => {
  const known = TABLE[scheme];
  if (known.length === 0) return undefined;
  const same = known.find((one) => one.train === train && one.test === test);
  if (same !== undefined) return `as many images as ${same.name} ${same.name.includes(" and ") ? "have" : "has"}`;
  const half = known.find((one) => one.train === train || one.test === test);
  const show = ({ name, train, test }: Published) =>
    `${name}: ${train.toLocaleString("en")} and ${test.toLocaleString("en")}`;
  if (half !== undefined) {
    return `only one of the parts has as many images as were published (${show(half)}): the files may be of two datasets, or were cut`;
  }
  return `not as many images as were published (${known.map(show).join("; ")})`;
};
