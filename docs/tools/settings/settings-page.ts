import { processSettings, saidOf } from "@bnas/process";
import { Command } from "commander";
import type { z } from "zod";
import { withServeFlags } from "../../../cli/src/commands/local/serve-flags.js";
import { meshSettings } from "../../../packages/mesh/src/settings.js";
import { natsSettings } from "../../../packages/nats/src/link/nats-settings.js";
import { flagOf, variableOf } from "../../../packages/process/src/config.js";
import { secureSettings } from "../../../packages/tls/src/secure-settings.js";
import { dataset } from "../../../services/dataset/src/service.js";
import { evaluator } from "../../../services/evaluator/src/service.js";
import { operator } from "../../../services/operator/src/service.js";
import { pruner } from "../../../services/pruner/src/service.js";
import { trainer } from "../../../services/trainer/src/service.js";
import { type Page, table } from "../markdown.js";

const SERVICES = [dataset, trainer, evaluator, pruner, operator];

type Settings = Readonly<Record<string, z.ZodType>>;

/** docs/settings.md: the settings of every service, as its schema says them. */
export const settingsPage = (): Page => {
  const served = flagsOfServe();
  const secure = new Set([...Object.keys(secureSettings), ...Object.keys(natsSettings)]);
  const own = SERVICES.map(({ name, does, config }) => {
    const shape: Settings = config.shape;
    const rows = rowsOf(shape, name === operator.name ? new Set() : served, (setting) => !secure.has(setting));
    const groups = [
      "tlsCert" in shape ? "[gRPC](#security-of-grpc)" : "",
      "natsCa" in shape ? "[NATS](#security-of-nats)" : "",
    ];
    const more = groups.filter((group) => group !== "").join(" and of ");
    return [`## ${name}`, does, rows, `And those of the security of ${more}.`].join("\n\n");
  });
  const text = [
    "# Settings of the services",
    [
      "Made by `npm run docs` from the schemas of the services; nothing here is edited by hand. A service that is a process",
      "of its own reads the environment (`node services/trainer/dist/main.js`); `bnas serve` takes flags. A value that a",
      "setting does not take, and a variable `BNAS_...` that no setting has, end the service at its start, with what is allowed.",
      "`log` and `store` take `memory:` too, which is gone with the process. Telemetry has the standard variables of",
      "OpenTelemetry ([telemetry.md](telemetry.md)).",
    ].join("\n"),
    "## Every service",
    rowsOf(processSettings, new Set()),
    ...own,
    "## Security of gRPC",
    "Of every service; how they belong together is in [security.md](security.md).",
    rowsOf(secureSettings, served),
    "## Security of NATS",
    `Of those that work on facts (${Object.keys(meshSettings).join(", ")}), where these are on NATS; see [security.md](security.md).`,
    rowsOf(natsSettings, served),
  ];
  return { path: "docs/settings.md", text: `${text.join("\n\n")}\n` };
};

const rowsOf = (settings: Settings, flags: ReadonlySet<string>, shown = (_setting: string) => true): string =>
  table([
    ["environment", "flag of `bnas serve`", "takes", "default", "what it is"],
    ...Object.entries(settings)
      .filter(([setting]) => shown(setting))
      .map(([setting, schema]) => {
        const { description, allowed } = saidOf(schema);
        if (description === undefined)
          throw new Error(`the setting ${setting} says nothing of itself: give it .describe`);
        const flag = flagOf(setting);
        return [
          `\`${variableOf(setting)}\``,
          flags.has(flag) ? `\`${flag}\`` : "",
          allowed ?? choicesOf(schema),
          defaultOf(schema),
          description,
        ];
      }),
  ]);

/** What a setting is where nothing is given; `needed` where the service does not start then. */
const defaultOf = (schema: z.ZodType): string => {
  const none = schema.safeParse(undefined);
  if (!none.success) return "needed";
  return none.data === undefined || none.data === "" ? "" : `\`${String(none.data)}\``;
};

const choicesOf = (schema: z.ZodType): string => {
  const inner: unknown = Reflect.get(schema, "unwrap");
  const options: unknown = Reflect.get(typeof inner === "function" ? inner.call(schema) : schema, "options");
  return Array.isArray(options) ? `one of ${options.join(", ")}` : "text";
};

/** The flags that `bnas serve` has. */
const flagsOfServe = (): ReadonlySet<string> =>
  new Set(withServeFlags(new Command()).options.flatMap(({ long }) => (long == null ? [] : [long])));
