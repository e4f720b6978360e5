import { readFile } from "node:fs/promises";
import { invalidInput } from "@bnas/errors";
import { isManifest, specInputOf } from "@bnas/operator/manifest";
import { parseSpec, type Spec } from "@bnas/search";
import { parseAllDocuments } from "yaml";

/** What the flags of `bnas search` may say about the spec; the configuration file says the rest. */
export type SpecFlags = {
  readonly config?: string;
  readonly preset?: string;
  readonly dataset?: string;
  readonly space?: string;
  readonly strategy?: string;
  readonly derive?: string;
  readonly binarize?: string;
  readonly binarizer?: string;
  readonly protocol?: string;
  /** `train.seeds`. */
  readonly train?: number;
  readonly parallel?: number;
  readonly seed?: number;
  /** Fields of the spec that a command made by itself. */
  readonly input?: object;
};

/** The complete spec: defaults of the preset, over them the configuration file, over it the flags. */
export const readSpec = async (flags: SpecFlags): Promise<Spec> => parseSpec(await readSpecInput(flags));

/** What the configuration file says, and over it the flags: fields of the spec, not checked yet. */
export const readSpecInput = async (flags: SpecFlags): Promise<Readonly<Record<string, unknown>>> => {
  const { config, input, train: seeds, ...own } = flags;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const { train, ...said }: { readonly train?: unknown } = config === undefined ? {} : await readConfigFile(config);
  const trained = seeds === undefined ? train : { ...(isObject(train) ? train : {}), seeds };
  return { ...said, ...(trained === undefined ? {} : { train: trained }), ...input, ...given };
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether the caller said anything about the spec: `--resume` alone takes the spec that the search was opened with. */
export const saysSpec = (flags: SpecFlags): boolean => Object.values(flags).some((value) => value !== undefined);

const readConfigFile = async (path: string): Promise<object> => {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw invalidInput("--config", path, "a readable YAML or JSON file", `${error.code}: check the path`);
  });
  const documents = parseAllDocuments(text);
  const broken = documents.flatMap(({ errors }) => errors)[0];
  if (broken !== undefined) {
    const [first = broken.message] = broken.message.split("\n");
    throw invalidInput("--config", path, "YAML or JSON", first.replace(/:$/, ""));
  }
  return searchIn(
    path,
    documents.map((document): unknown => document.toJS()).filter((value) => value !== null),
  );
};

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
