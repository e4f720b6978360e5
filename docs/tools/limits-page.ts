import { LIMITS, type Limit } from "@bnas/errors";
import { type Page, table } from "./markdown.js";

/** docs/limits.md: every named limit, as the table in the code has it. */
export const limitsPage = (): Page => {
  const limits: readonly (readonly [string, Limit])[] = Object.entries(LIMITS);
  const text = [
    "# Limits",
    [
      "Made by `npm run docs` from `packages/errors/src/limits.ts`, which the code itself reads; nothing here is edited by hand.",
      "A limit of calls and connections that is reached is a line of the service's log (`a limit was reached`, at most one in 10 s for",
      "each limit, with how often it was reached) and counts in the metric `bnas.limits` ([telemetry.md](telemetry.md)).",
      "Each has a test at the limit and at one more; limits of connections, calls, memory and time are tried with smaller values.",
    ].join("\n"),
    table([
      ["limit", "value", "of", "at one more", "test"],
      ...limits.map(
        ([
          name,
          {
            value,
            unit,
            of,
            happens,
            test: [file, title],
          },
        ]) => [`\`${name}\``, amount(value, unit), of, happens, `\`${file}\` "${title}"`],
      ),
    ]),
    [
      "Not in this table: the ranges of the fields of a spec ([spec.md](spec.md)); what is a setting, such as the memory and the cache of the dataset service ([settings.md](settings.md)); what",
      "owners may use ([quotas.md](quotas.md)); what the accounts of NATS may have ([security.md](security.md)); and what a format that is read, such as a genotype, a model or a table of latencies, may hold: the",
      "error that refuses it says how much.",
    ].join("\n"),
  ];
  return { path: "docs/limits.md", text: `${text.join("\n\n")}\n` };
};

const MIB = 2 ** 20;

const amount = (value: number, unit: string): string => {
  if (unit === "bytes" && value % MIB === 0) return `${value / MIB} MiB`;
  if (unit === "ms") return value >= 60_000 ? `${value / 60_000} min` : `${value / 1_000} s`;
  return `${value.toLocaleString("en")} ${unit}`;
};
