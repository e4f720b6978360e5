import { isBnasError, type Path } from "@bnas/errors";

/** Where the fields of a request to the dataset service stand in the spec that they are taken from. */
export const DATASET_FIELDS: Readonly<Record<string, Readonly<Record<string, Path>>>> = {
  plan: {
    uri: ["dataset"],
    seed: ["seed"],
    limit: ["data", "limit"],
    reductionImages: ["data", "reductionImages"],
    imageSize: ["data", "imageSize"],
    digest: ["data", "digest"],
  },
  augmentation: {
    cropPadding: ["data", "cropPadding"],
    flip: ["data", "flip"],
    cutout: ["data", "cutout"],
    cropArea: ["data", "cropArea"],
    jitter: ["data", "jitter"],
    hue: ["data", "hue"],
  },
};

/** Fields of the spec's `train`, where a request was made of them: the batches of a network that is trained from the genotype. */
const TRAIN_FIELDS: readonly string[] = ["cropPadding", "cutout", "policy", "cropArea", "jitter", "hue"].map(
  (field) => `augmentation.${field}`,
);

/**
 * What a request was refused for, as the spec that it was made of has it. Other errors stay as they are.
 * @param of what of the spec says how images are augmented
 */
export const inSpec = (error: unknown, of: "data" | "train" = "data"): unknown => {
  if (!isBnasError(error)) return error;
  const [message = "", field = "", ...inner] = error.path;
  const trained = of === "train" && TRAIN_FIELDS.includes(`${message}.${field}`);
  const path = trained ? ["train", field] : DATASET_FIELDS[message]?.[field];
  return path === undefined ? error : error.with({ path: ["spec", ...path, ...inner] });
};

/** What is wrong with a dataset or its splits, as the request that asked for them has it: the way back of `inSpec`. */
export const inDatasetRequest = (error: unknown): unknown => {
  if (!isBnasError(error)) return error;
  for (const [message, fields] of Object.entries(DATASET_FIELDS)) {
    for (const [field, path] of Object.entries(fields)) {
      if (path.every((part, i) => part === error.path[i])) {
        return error.with({ path: [message, field, ...error.path.slice(path.length)] });
      }
    }
  }
  return error;
};
