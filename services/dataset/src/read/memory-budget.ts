import { invalidInput } from "@bnas/errors";

/**
 * Refuses a dataset that would not fit, before any of it is read.
 * @param bytes that it would take
 * @param budget in bytes
 * @param otherwise a sentence on what else can be done
 * @throws InvalidInput on `dataset`, naming what makes it smaller
 */
export const withinBudget = (uri: string, bytes: number, budget: number, otherwise = ""): void => {
  if (bytes <= budget) return;
  throw invalidInput(
    "dataset",
    uri,
    `a dataset of ${mebibytes(budget)} in memory or less`,
    `It would take ${mebibytes(bytes)}. Set a smaller data.imageSize or data.limit, or give the dataset service more memory. ${otherwise}`.trim(),
  );
};

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MiB`;
