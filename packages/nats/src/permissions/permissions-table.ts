import type { Writer } from "@bnas/search";
import { defaultPlaces, type NatsPlaces, natsPermissions } from "./permissions.js";

const services: readonly Writer[] = ["pruner", "trainer", "evaluator"];

/** What each service may ask of NATS, as a Markdown table: for the documentation. */
export const permissionsTable = (places: NatsPlaces = defaultPlaces): string => {
  const rows = new Map<string, { readonly why: string; readonly who: Set<Writer> }>();
  for (const service of services) {
    for (const { subject, why } of natsPermissions(service, places).allowed) {
      const row = rows.get(subject) ?? { why, who: new Set() };
      rows.set(subject, row);
      row.who.add(service);
    }
  }
  const lines = [...rows].map(
    ([subject, { why, who }]) =>
      `| ${why} | \`${subject}\` | ${services.map((service) => (who.has(service) ? "yes" : "")).join(" | ")} |`,
  );
  return [`| to | may publish | ${services.join(" | ")} |`, "| --- | --- | --- | --- | --- |", ...lines].join("\n");
};
