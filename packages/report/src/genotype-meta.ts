/** The file with the picture of a kind of cell. */
export const pictureOf = (kind: string): string => (kind === "reduce" ? "reduction.svg" : `${kind}.svg`);

/** `genotype.json`: the keys of DARTS, and where it came from. @param genotypeJson the keys of DARTS */
export const withMeta = (genotypeJson: string, meta: object): string =>
  `${JSON.stringify({ ...JSON.parse(genotypeJson), meta }, null, 2)}\n`;
