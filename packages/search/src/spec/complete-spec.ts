import { NO_PICTURE_FIELDS } from "./picture-fields.js";
import { type Spec, specSchema } from "./spec.js";

/**
 * The spec of a fact with all of its fields. A fact stays as it was written, or an archive of it would have another digest: so an old one
 * lacks the fields that are younger than it. What they mean by default is what was done before they were there.
 */
export const completeSpec = (spec: Spec): Spec => {
  const whole = FIELDS.every((field) => spec[field] !== undefined)
    ? spec
    : specSchema.parse({ space: "darts", ...spec });
  if (isWhole(whole)) return whole;
  return {
    ...whole,
    data: { ...whole.data, ...DATA_BEFORE, ...whole.data },
    reduction: { ...whole.reduction, untrained: 0, ...whole.reduction },
    train: { ...whole.train, ...NO_PICTURE_FIELDS, ...whole.train },
  };
};

const DATA_BEFORE = { ...NO_PICTURE_FIELDS, digest: "pixels" } as const;

const isWhole = ({ data, reduction, train }: Spec): boolean =>
  "untrained" in reduction &&
  Object.keys(DATA_BEFORE).every((field) => field in data) &&
  Object.keys(NO_PICTURE_FIELDS).every((field) => field in train);

// The cast: Object.keys forgets whose keys they are.
const FIELDS = Object.keys(specSchema.shape) as readonly (keyof Spec)[];
