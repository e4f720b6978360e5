import { type Spec, specSchema } from "./spec.js";

/**
 * The spec of a fact with all of its fields. A fact stays as it was written, or an archive of it would have another digest: so an old one
 * lacks the fields that are younger than it. What they mean by default is what was done before they were there.
 */
export const completeSpec = (spec: Spec): Spec =>
  FIELDS.every((field) => spec[field] !== undefined) ? spec : specSchema.parse({ space: "darts", ...spec });

// The cast: Object.keys forgets whose keys they are.
const FIELDS = Object.keys(specSchema.shape) as readonly (keyof Spec)[];
