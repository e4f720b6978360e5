import type { Architecture } from "@bnas/proto";

/** Forms of an architecture, and the files that they are left in. */
export const FORMATS = ["json", "text", "svg"] as const;
export type Format = (typeof FORMATS)[number];

/** `genotype.json`: the keys of DARTS, and where it came from. @param genotypeJson the keys of DARTS */
export const withMeta = (genotypeJson: string, meta: object): string =>
  `${JSON.stringify({ ...JSON.parse(genotypeJson), meta }, null, 2)}\n`;

/** The picture of a kind of cell. */
export const pictureOf = (kind: string): string => (kind === "reduce" ? "reduction.svg" : `${kind}.svg`);

/** Name and text of each file of a format; of all of them where none is named. The genotype.json comes last. */
export const genotypeFiles = (
  { genotypeJson, genotypeText, cells }: Pick<Architecture, "genotypeJson" | "genotypeText" | "cells">,
  meta: object,
  format?: Format,
): readonly (readonly [name: string, text: string])[] => {
  const files = {
    svg: cells.map(({ kind, svg }) => [pictureOf(kind), svg] as const),
    text: [["genotype.txt", `${genotypeText}\n`]],
    json: [["genotype.json", withMeta(genotypeJson, meta)]],
  } as const;
  return format === undefined ? [...files.svg, ...files.text, ...files.json] : files[format];
};
