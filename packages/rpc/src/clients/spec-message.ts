import { Spec as SpecMessage } from "@bnas/proto";
import { parseSpec, type Spec } from "@bnas/search";

/** The spec of a message: what it leaves out comes from its preset. @throws InvalidInput that names the field */
export const specOfMessage = (message: SpecMessage | undefined): Spec =>
  parseSpec(SpecMessage.toJSON(message ?? SpecMessage.create()));

/**
 * A complete spec as a message. The message has the field names of the spec, so it reads as its JSON; a whole space and a genotype are
 * texts there.
 */
export const specToMessage = ({ space, genotype, ...spec }: Spec): SpecMessage =>
  SpecMessage.fromJSON({
    ...spec,
    space: typeof space === "object" ? JSON.stringify(space) : space,
    ...(genotype === null ? {} : { genotype: JSON.stringify(genotype) }),
  });
