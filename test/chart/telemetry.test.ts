import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { counters, gauges, histograms } from "../../packages/telemetry/src/instruments.js";
import { chart, helmBinary, helmMissing } from "./helm.js";
import { render } from "./rendered.js";

/** How a metric of OpenTelemetry is called in Prometheus: dots, the unit and what it counts become parts of the name. */
const inPrometheus = new Set([
  ...Object.keys(counters).map((name) => `${name.replaceAll(".", "_")}_total`),
  ...Object.keys(gauges).map((name) => name.replaceAll(".", "_")),
  ...Object.keys(histograms).flatMap((name) =>
    ["bucket", "count", "sum"].map((part) => `${name.replaceAll(".", "_")}_seconds_${part}`),
  ),
]);
const ours = (expression: string): readonly string[] => expression.match(/\b(bnas|rpc)_[a-z_]+(?=\{)/g) ?? [];

type Rule = { readonly alert: string; readonly expr: string; readonly annotations: Readonly<Record<string, string>> };
type Panel = {
  readonly title: string;
  readonly description: string;
  readonly targets: readonly { readonly expr: string }[];
};

const rulesOf = async (values: object): Promise<readonly Rule[]> => {
  const objects = await render({ telemetry: { prometheusRule: { enabled: true, ...values } } });
  const [rule] = objects.filter(({ kind }) => kind === "PrometheusRule");
  const groups = rule?.spec?.groups as readonly { readonly rules: readonly Rule[] }[]; // Of a PrometheusRule it is that.
  return groups.flatMap(({ rules }) => rules);
};

/** Where a heading of a Markdown file can be linked to. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

describe.skipIf(helmBinary === undefined)(`the telemetry of an installation${helmMissing}`, () => {
  it("alerts on metrics that services send", async () => {
    const rules = await rulesOf({});
    expect(rules.length).toBeGreaterThan(4);
    for (const { alert, expr } of rules) {
      for (const metric of ours(expr)) expect([...inPrometheus], alert).toContain(metric);
    }
  });

  it("says with every alert what it means and where docs/operations.md tells what to do", async () => {
    const anchors = anchorsOf(readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8"));
    for (const { alert, annotations } of await rulesOf({ runbookBase: "https://docs.example/" })) {
      expect(annotations.summary, alert).toBeTruthy();
      expect(annotations.description, alert).toBeTruthy();
      const [, anchor] =
        /^https:\/\/docs\.example\/docs\/operations\.md#(.+)$/.exec(annotations.runbook_url ?? "") ?? [];
      expect(anchors, alert).toContain(anchor);
    }
  });

  it("lets Prometheus fetch from the collector that services push to", async () => {
    const objects = await render({
      telemetry: { collector: { enabled: true }, serviceMonitor: { enabled: true, labels: { release: "prometheus" } } },
    });
    const monitor = objects.find(({ kind }) => kind === "ServiceMonitor");
    expect(monitor?.metadata.labels).toMatchObject({ release: "prometheus" });
    expect(monitor?.spec).toMatchObject({ endpoints: [{ port: "metrics", honorLabels: true }] });
    const service = objects.find(({ kind, metadata }) => kind === "Service" && metadata.name === "bnas-collector");
    expect(service?.spec).toMatchObject({
      ports: [
        { name: "otlp", port: 4318 },
        { name: "metrics", port: 8889 },
      ],
    });
  });

  it("draws metrics that services send, each with what it shows", async () => {
    const objects = await render({ telemetry: { dashboard: { enabled: true } } });
    const text = objects.find(({ metadata }) => metadata.name === "bnas-dashboard")?.data?.["bnas.json"] ?? "";
    expect(text.trim()).toBe(readFileSync(join(chart, "files/dashboard.json"), "utf8").trim());
    const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(text);
    for (const { title, description, targets } of panels) {
      expect(description, title).toBeTruthy();
      for (const { expr } of targets) {
        expect(ours(expr).length, expr).toBeGreaterThan(0);
        for (const metric of ours(expr)) expect([...inPrometheus], title).toContain(metric);
      }
    }
  });
});
