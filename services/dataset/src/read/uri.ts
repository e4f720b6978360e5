import { invalidInput, LIMITS, nearest } from "@bnas/errors";
import { parseShapesOptions, type ShapesOptions } from "./shapes-options.js";

/** Where a dataset is, as a person wrote it (docs/spec.md, `dataset`). `uri` is the whole text, for messages. */
export type DatasetUri =
  | { readonly scheme: "cifar10" | "cifar100" | "idx"; readonly uri: string; readonly path: string }
  | { readonly scheme: "folder"; readonly uri: string; readonly path: string }
  | { readonly scheme: "shapes"; readonly uri: string; readonly options: ShapesOptions };

/** A dataset that lies in files. */
export type FileUri = Extract<DatasetUri, { path: string }>;

/** How each scheme is written. */
const FORMS = {
  cifar10: "cifar10:PATH",
  cifar100: "cifar100:PATH",
  idx: "idx:DIR",
  folder: "folder:DIR",
  shapes: "shapes:",
} as const;
type Scheme = keyof typeof FORMS;
const SCHEMES = Object.keys(FORMS);
const isScheme = (text: string): text is Scheme => Object.hasOwn(FORMS, text);

/** Characters of a URI: as many as a path has at most. */
const MOST_CHARACTERS = LIMITS["data.uri"].value;

/** Reads a dataset URI. @throws InvalidInput on `dataset`, with the nearest known scheme */
export const parseUri = (uri: string): DatasetUri => {
  const allowed = Object.values(FORMS).join(", ");
  if (uri.length > MOST_CHARACTERS) {
    throw invalidInput("dataset", uri, `${allowed}, of ${MOST_CHARACTERS} characters or less`, "Write a shorter path.");
  }
  const colon = uri.indexOf(":");
  if (colon < 0) {
    const hint = isScheme(uri) ? `Write ${FORMS[uri]} with a colon.` : `Say what it is, as in folder:${uri || "DIR"}.`;
    throw invalidInput("dataset", uri, allowed, hint);
  }
  const scheme = uri.slice(0, colon);
  const rest = uri.slice(colon + 1);
  if (!isScheme(scheme)) {
    throw invalidInput("dataset", uri, allowed, `Did you mean ${nearest(scheme, SCHEMES)}:?`);
  }
  if (scheme === "shapes") return { scheme, uri, options: parseShapesOptions(uri, rest) };
  if (rest.trim() === "" || rest.includes("\0")) {
    throw invalidInput("dataset", uri, FORMS[scheme], "Write a path on the dataset service's machine after the colon.");
  }
  return { scheme, uri, path: rest };
};
