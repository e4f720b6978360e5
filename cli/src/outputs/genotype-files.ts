import type { Architecture } from "@bnas/proto";
import { pictureOf, withMeta } from "@bnas/report";

/** Forms of an architecture, and the files that they are left in. */
export const FORMATS = ["json", "text", "svg"] as const;
export type Format = (typeof FORMATS)[number];

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
