import type { Spec } from "../spec/spec.js";

/** Classes that `shapes:` draws where the URI does not say. */
const SHAPES = 6;

/**
 * The number of classes of a dataset, where its URI says it; undefined for `idx:` and `folder:`, which a process has to open.
 * @example
 * ```ts
 * import { classesOf } from "@bnas/search";
 *
 * classesOf({ dataset: "cifar10:data/cifar-10" }); // => 10
 * classesOf({ dataset: "shapes:?classes=4" }); // => 4
 * classesOf({ dataset: "folder:flowers" }); // => undefined
 * ```
 */
export const classesOf = ({ dataset }: Pick<Spec, "dataset">): number | undefined => {
  if (dataset.startsWith("cifar10:")) return 10;
  if (dataset.startsWith("cifar100:")) return 100;
  if (!dataset.startsWith("shapes:")) return undefined;
  const [, classes] = /[?&]classes=(\d+)/.exec(dataset) ?? [];
  return classes === undefined ? SHAPES : Number(classes);
};
