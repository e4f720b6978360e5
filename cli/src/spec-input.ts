import { readFile } from "node:fs/promises";
import { InvalidInput, parseSpec, type Spec } from "@bnas/search";
import { parse, YAMLParseError } from "yaml";

/** What the flags of `bnas search` may say about the spec; the configuration file says the rest. */
export type SpecFlags = {
  readonly config?: string;
  readonly preset?: string;
  readonly dataset?: string;
  readonly strategy?: string;
  readonly binarize?: string;
  readonly parallel?: number;
  readonly seed?: number;
};

/** The complete spec: defaults of the preset, over them the configuration file, over it the flags. */
export const readSpec = async (flags: SpecFlags): Promise<Spec> => {
  const { config, ...own } = flags;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return parseSpec({ ...(config === undefined ? {} : await readConfigFile(config)), ...given });
};

/** Whether the caller said anything about the spec: `--resume` alone takes the spec that the search was opened with. */
export const saysSpec = (flags: SpecFlags): boolean => Object.values(flags).some((value) => value !== undefined);

const readConfigFile = async (path: string): Promise<object> => {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput("--config", path, "a readable YAML or JSON file", `${error.code}: check the path`);
  });
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [first = error.message] = error.message.split("\n");
    throw new InvalidInput("--config", path, "YAML or JSON", first.replace(/:$/, ""));
  }
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new InvalidInput("--config", path, "a mapping of spec fields", "docs/spec.md lists the fields");
  }
  return value;
};
