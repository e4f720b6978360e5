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
      "each limit, with how often it was reached) and counts in the metric `bnas.limits` ([telemetry.md](telemetry.md)). Each is tested at the limit and at one more.",
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
      "A data set has limits of its own ([datasets.md](datasets.md)), and so has a spec: each of its fields has a range ([spec.md](spec.md)).",
      "What the accounts of NATS, its streams and the quotas of a namespace allow is set where they are deployed ([security.md](security.md), [cluster/tenants.md](cluster/tenants.md)).",
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
