import { invalidInput, nearest, withoutSecret } from "@bnas/errors";
import type { z } from "zod";
import { processSettings, saidOf } from "./settings.js";

/** Where settings come from; of a setting in several places, the first of flags, environment, file counts. */
export type ConfigSources = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the variables that are ours: `BNAS_`. */
  readonly prefix: string;
  /** What a file says: setting -> value. */
  readonly file?: Readonly<Record<string, unknown>>;
  /** What the command line says: setting -> value. */
  readonly flags?: Readonly<Record<string, unknown>>;
};

/** A setting with its value and the name under which that was given. */
type Given = { readonly setting: string; readonly name: string; readonly value: unknown };

/** Settings that every process may be given, whether its schema has them or not. */
const ofEveryProcess = [...Object.keys(processSettings), "engineDir", "gpuFallback", "operations"];

/**
 * The settings of a process, flat: `maxMessageBytes` is BNAS_MAX_MESSAGE_BYTES in the environment, maxMessageBytes in a file
 * and --max-message-bytes on the command line. Variables are text, so the schema takes numbers by `z.coerce.number()`; what
 * it says last of a field by `.meta({ allowed: "host:port" })`, or by `.describe`, is what an error gives as allowed.
 * @throws InvalidInput for a value that the schema refuses, and for a name that no setting has: it may be a misspelt one
 */
export const readConfig = <Schema extends z.ZodObject>(schema: Schema, sources: ConfigSources): z.output<Schema> => {
  const variable = (setting: string) => variableOf(setting, sources.prefix);
  const settings = Object.keys(schema.shape);
  const given = [
    ...named(settings, (setting) => setting, sources.file ?? {}),
    ...named(settings, variable, ours(sources.env, sources.prefix)),
    ...named(settings, flagOf, flagged(sources.flags ?? {}, flagOf)),
  ];
  const parsed = schema.safeParse(Object.fromEntries(given.map(({ setting, value }) => [setting, value])));
  if (parsed.success) return parsed.data;

  const issue = parsed.error.issues[0];
  const setting = String(issue?.path[0] ?? settings[0]);
  const allowed = allowedBy(schema, setting) ?? whatIsAllowed(issue);
  const bad = given.findLast((one) => one.setting === setting);
  if (bad !== undefined)
    throw invalidInput(bad.name, withoutSecret(bad.name, bad.value), allowed, `Change ${bad.name} where it is set.`);
  const hint = `Set ${variable(setting)} in the environment, or ${flagOf(setting)} on the command line.`;
  throw invalidInput(variable(setting), undefined, allowed, hint);
};

/** Match what was given with the settings, by how this source names them. */
const named = (
  settings: readonly string[],
  nameOf: (setting: string) => string,
  values: Readonly<Record<string, unknown>>,
): readonly Given[] => {
  const byName = new Map([...settings, ...ofEveryProcess].map((setting) => [nameOf(setting), setting]));
  return Object.entries(values).flatMap(([name, value]) => {
    const setting = byName.get(name);
    if (setting === undefined) {
      const names = [...byName.keys()];
      throw invalidInput(
        name,
        withoutSecret(name, value),
        `one of ${names.join(", ")}`,
        `Did you mean ${nearest(name, names)}?`,
      );
    }
    return value === undefined || !settings.includes(setting) ? [] : [{ setting, name, value }];
  });
};

/** The variables with our prefix, but for those that Kubernetes sets for a Service whose name begins like it. */
const ours = (env: ConfigSources["env"], prefix: string): Record<string, unknown> => {
  const ofService = /_SERVICE_(HOST|PORT)(_|$)|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;
  const entries = Object.entries(env).filter(
    ([name, value]) => name.startsWith(prefix) && value !== undefined && !ofService.test(name),
  );
  return Object.fromEntries(entries);
};

const flagged = (
  flags: Readonly<Record<string, unknown>>,
  nameOf: (setting: string) => string,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(flags).map(([setting, value]) => [nameOf(setting), value]));

const snake = (setting: string): string => setting.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The variable of a setting: `maxMessageBytes` is BNAS_MAX_MESSAGE_BYTES. */
export const variableOf = (setting: string, prefix = "BNAS_"): string => prefix + snake(setting).toUpperCase();

/** The flag of a setting: `maxMessageBytes` is --max-message-bytes. */
export const flagOf = (setting: string): string => `--${snake(setting).replaceAll("_", "-")}`;

const allowedBy = (schema: z.ZodObject, setting: string): string | undefined => {
  const { allowed, description } = saidOf(schema.shape[setting]);
  return allowed ?? description;
};

const whatIsAllowed = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue?.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue?.code === "invalid_type") return `a ${issue.expected}`;
  return issue?.message ?? "another value";
};
