import { delimiter } from "node:path";
import { dataset } from "@bnas/dataset";
import { evaluator } from "@bnas/evaluator";
import { natsSettings } from "@bnas/nats";
import { flagOf, saidOf } from "@bnas/process";
import { pruner } from "@bnas/pruner";
import { trainer } from "@bnas/trainer";
import { type Command, InvalidArgumentError } from "commander";
import { withNatsFlags } from "../../reach/nats-flags.js";
import { type EngineFlags, engineFlags, settingFlag } from "../../reach/setting-flags.js";

/** What `bnas serve` runs, beside `all` of them. */
const served = [trainer, evaluator, pruner, dataset] as const;

/** The values of the flags of `bnas serve`: those of settings are text, which the schema of a service takes. */
export type ServeFlags = {
  readonly [Setting in SettingName]?: string;
} & {
  readonly listen: string;
  /** Both `log` and `store`, where they are not given. */
  readonly nats?: string;
  /** Of `all`: how many trainers it runs. */
  readonly trainers?: number;
  readonly verbose: boolean;
} & EngineFlags;

type SettingName =
  | keyof typeof trainer.config.shape
  | keyof typeof evaluator.config.shape
  | keyof typeof pruner.config.shape
  | keyof typeof dataset.config.shape;

const trainersOf = (text: string): number => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1 to 99.");
  return Number(text);
};

/** A flag that may be given several times has the form of its variable: paths with a colon between. */
const severalPaths = (path: string, before?: string): string =>
  before === undefined ? path : `${before}${delimiter}${path}`;

/** What help calls a value, by what the setting takes. */
const VALUES: readonly (readonly [allowed: RegExp, value: string])[] = [
  [/^the path of a folder/, "folder"],
  [/^the path of /, "file"],
  [/^host:port$/, "host:port"],
  [/^paths of folders/, "folder"],
  [/:PATH/, "uri"],
  [/ s, m, h or d/, "time"],
  [/lower-case letters/, "id"],
  [/^(bytes|MiB|seconds|a whole number) from /, "n"],
];

/**
 * The flags of `bnas serve`: every setting of its services, those of one service below its name, and flags that set several.
 * A setting that is added to a service has its flag with that. docs/settings.md has all.
 */
export const withServeFlags = (command: Command): Command => {
  const elsewhere = new Set([...engineFlags().map((flag) => flag.attributeName()), ...Object.keys(natsSettings)]);
  const add = (setting: string, schema: unknown) => {
    const { allowed = "" } = saidOf(schema);
    const value = VALUES.find(([pattern]) => pattern.test(allowed))?.[1] ?? "value";
    const flag = settingFlag(`${flagOf(setting)} <${value}>`, schema);
    if (/^paths of /.test(allowed)) flag.argParser(severalPaths);
    command.addOption(setting === "listen" ? flag.default("127.0.0.1:0") : flag);
  };
  const settings = new Map<string, { readonly schema: unknown; readonly of: readonly string[] }>();
  for (const { name, config } of served) {
    for (const [setting, schema] of Object.entries(config.shape)) {
      if (elsewhere.has(setting)) continue;
      const known = settings.get(setting) ?? { schema, of: [] };
      settings.set(setting, { ...known, of: [...known.of, name] });
    }
  }
  for (const [setting, { schema, of }] of settings) if (of.length > 1) add(setting, schema);
  command
    .option("--nats <uri>", "facts and blobs are there, nats://HOST:PORT: short for --log and --store")
    .option("--trainers <n>", "of `serve all`: so many trainers", trainersOf);
  for (const option of engineFlags()) command.addOption(option);
  for (const { name } of served) {
    const own = [...settings].filter(([, { of }]) => of.length === 1 && of[0] === name);
    if (own.length > 0) command.optionsGroup(`Of the ${name}:`);
    for (const [setting, { schema }] of own) add(setting, schema);
  }
  return withNatsFlags(command);
};
