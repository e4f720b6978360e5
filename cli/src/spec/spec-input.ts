import { parseSpec, type Spec } from "@bnas/search";
import { readConfigFile } from "./config-file.js";

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
