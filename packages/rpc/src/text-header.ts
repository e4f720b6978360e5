import { isText, plainText, type Text } from "@bnas/errors";
import { headerText } from "./header-text.js";

/** A text in the metadata of an error: as people read it, and where it has names, its parts as JSON. */
export const toHeader = (key: string, said: Text, mostBytes: number): Record<string, string> => {
  const plain = { [key]: headerText(plainText(said), mostBytes) };
  if (typeof said === "string") return plain;
  const parts = JSON.stringify(said);
  // Half of the JSON is of no use: then the names stay as they are.
  return headerText(parts, mostBytes) === parts ? { ...plain, [`${key}Parts`]: parts } : plain;
};

/** The text on the other side; undefined where there is none. */
export const textOfHeader = (key: string, metadata: Readonly<Record<string, string>>): Text | undefined => {
  const json = metadata[`${key}Parts`];
  const parts: unknown = json === undefined ? undefined : JSON.parse(json);
  return isText(parts) ? parts : metadata[key];
};
