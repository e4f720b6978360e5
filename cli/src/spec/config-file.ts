import { LARGEST_FILE, readInputText } from "@bnas/disk";
import { invalidInput, LIMITS, messageOf } from "@bnas/errors";
import { isManifest, specInputOf } from "@bnas/operator/manifest";
import { type Document, parseAllDocuments } from "yaml";

/** Levels of lists and mappings in a file: a spec has five, and without a limit the reader itself would run out of stack. */
const MOST_NESTED = LIMITS["config.levels"].value;
/** How often one list or mapping may be repeated by an alias, all levels together: without a limit a few lines fill the memory. */
const MOST_ALIASES = LIMITS["config.aliases"].value;

/**
 * What a configuration file says of a search: fields of the spec, whether it has them alone or in the manifest of an
 * ArchitectureSearch. It rejects with InvalidInput that names the file for everything else.
 */
export const readConfigFile = async (path: string): Promise<object> => {
  const text = await readInputText(path, {
    field: "--config",
    allowed: "a readable YAML or JSON file",
    hint: "check the path",
    mostBytes: LARGEST_FILE.config,
  });
  const values = documentsIn(path, text).map((document) => plainIn(path, document));
  return searchIn(
    path,
    values.filter((value) => value !== null).flatMap((value) => (isList(value) ? value.items : [value])),
  );
};

const documentsIn = (path: string, text: string): readonly Document.Parsed[] => {
  const documents = caught(path, () => parseAllDocuments(text, { logLevel: "error" }));
  const broken = documents.flatMap(({ errors }) => errors)[0];
  if (broken !== undefined) throw unreadable(path, broken);
  return documents;
};

/** Aliases are resolved only here: what they refer to may not be there, or may be repeated without an end. */
const plainIn = (path: string, document: Document.Parsed): unknown => {
  const value: unknown = caught(path, () => document.toJS({ maxAliasCount: MOST_ALIASES }));
  if (isDeeper(value, MOST_NESTED)) throw tooDeep(path);
  return value;
};

/** Whatever the reader of YAML throws is about the file: it knows no other input. */
const caught = <Read>(path: string, read: () => Read): Read => {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, error);
  }
};

const unreadable = (path: string, error: unknown) => {
  const [first = ""] = messageOf(error).split("\n");
  if (/call stack/i.test(first)) return tooDeep(path);
  if (/alias count/i.test(first)) {
    const hint = "Write out what the aliases (*name) stand for.";
    return invalidInput("--config", path, `YAML with at most ${MOST_ALIASES} aliases to the same values`, hint);
  }
  return invalidInput("--config", path, "YAML or JSON", first.replace(/:$/, ""), { cause: error });
};

const tooDeep = (path: string) => {
  const hint = "docs/spec.md lists the fields; none has more than a few levels.";
  return invalidInput("--config", path, `YAML or JSON of at most ${MOST_NESTED} levels`, hint);
};

const isDeeper = (value: unknown, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
};

/** What `kubectl get -o yaml` writes for several objects, and `kubectl get --raw` for those of one kind. */
const isList = (value: unknown): value is { readonly items: readonly unknown[] } =>
  typeof value === "object" &&
  value !== null &&
  "kind" in value &&
  typeof value.kind === "string" &&
  value.kind.endsWith("List") &&
  "items" in value &&
  Array.isArray(value.items);

/**
 * What a file says of a search: fields of the spec, or the manifest of an ArchitectureSearch, as kubectl takes it, alone or beside
 * other objects.
 */
const searchIn = (path: string, documents: readonly unknown[]): object => {
  const objects = documents.filter((value): value is object => typeof value === "object" && !Array.isArray(value));
  if (objects.length < documents.length) {
    throw invalidInput("--config", path, "a mapping of spec fields", "docs/spec.md lists the fields");
  }
  const [only = {}, ...more] = objects;
  if (more.length === 0) return isManifest(only) ? specInputOf(only) : only;
  const searches = objects.filter((object) => "kind" in object && object.kind === "ArchitectureSearch");
  const [search] = searches;
  if (search !== undefined && searches.length === 1) return specInputOf(search);
  throw invalidInput(
    "--config",
    path,
    "a file with one search",
    `It has ${objects.length} documents, ${searches.length} of kind ArchitectureSearch: give each a file of its own.`,
  );
};
