import type { Model } from "@bnas/model";
import { printGenotype } from "@bnas/search";

/** What a file says of the network in it, for people and for programs that prepare images: keys and texts of JSON. */
export const aboutOf = ({ classes, normalization, origin, network, genotype, space }: Model) => ({
  "bnas.classes": JSON.stringify(classes),
  "bnas.mean": JSON.stringify(normalization.mean),
  "bnas.std": JSON.stringify(normalization.std),
  "bnas.network": JSON.stringify(network),
  "bnas.genotype": space === undefined ? printGenotype(genotype) : JSON.stringify(genotype),
  "bnas.origin": JSON.stringify(origin),
});
