import type { Spec } from "@bnas/search";
import { escapeText } from "./markup.js";

/** What the bits of this search are, in a sentence: the report always says which (paper.md section 2). */
export const binarizeSentence = ({ binarize, binarizer = "xnor" }: BitsOfSpec): string => {
  const released = binarizer === "xnor" ? ", as the authors released it" : "";
  const bits = {
    weights: `1-bit weights in the convolutions inside cells, activations in full precision${released}.`,
    "weights+activations": "1-bit weights and 1-bit activations in the convolutions inside cells.",
    none: "nothing is binarized: this is the full-precision twin.",
  }[binarize];
  return binarizer === "xnor" ? bits : `${bits} By PCNN: a learned projection and a projection loss.`;
};

/** What of a spec says which bits there are; an old one lacks the binarizer. */
type BitsOfSpec = Pick<Spec, "binarize"> & Partial<Pick<Spec, "binarizer">>;

/** Every field of the spec, in groups as the configuration file has them. */
export const askedSection = (spec: Spec): string => {
  // What does not apply is null: no genotype was given to a search.
  const fields = Object.entries(spec).filter(([, value]) => value !== null);
  const top = fields.filter(([, value]) => typeof value !== "object");
  const groups = fields.filter(([, value]) => typeof value === "object");
  return [
    `<h2 id="asked">What was asked</h2>`,
    `<div class="groups">`,
    group("search", top),
    ...groups.map(([name, value]) => group(name, Object.entries(value ?? {}))),
    "</div>",
  ].join("\n");
};

const group = (name: string, fields: readonly (readonly [string, unknown])[]): string =>
  `<section><h3>${escapeText(name)}</h3><table class="plain"><tbody>${fields.map(row).join("")}</tbody></table></section>`;

const row = ([field, value]: readonly [string, unknown]): string => {
  const text = show(value);
  const name = `<th scope="row">${escapeText(field)}</th>`;
  return `<tr>${name}<td class="code${text.length > 12 ? " wrap" : ""}">${escapeText(text)}</td></tr>`;
};

const show = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)));
