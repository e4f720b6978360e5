import { dataset } from "@bnas/dataset";
import { evaluator } from "@bnas/evaluator";
import { operator } from "@bnas/operator";
import { readConfig } from "@bnas/process";
import { pruner } from "@bnas/pruner";
import { trainer } from "@bnas/trainer";
import { describe, expect, it } from "vitest";
import { parseTrainerTemplate } from "../../services/operator/src/trainer/trainer-template.js";
import { helmBinary, helmMissing } from "./helm.js";
import { installations } from "./installations.js";
import { componentOf } from "./kubernetes-objects.js";
import { podsOf, render } from "./rendered.js";

const schemas = {
  dataset: dataset.config,
  evaluator: evaluator.config,
  operator: operator.config,
  pruner: pruner.config,
  "search-trainer": trainer.config,
  trainer: trainer.config,
};
const isService = (component: string): component is keyof typeof schemas => Object.hasOwn(schemas, component);

// A name that no setting has, or a value that is refused, ends a service at its start: a chart is no place to find that out.
describe.skipIf(helmBinary === undefined)(`the settings of services in an installation${helmMissing}`, () => {
  for (const [name, values] of Object.entries(installations)) {
    it(`${name}: are taken by the services' own schemas`, async () => {
      const pods = podsOf(await render(values));
      for (const { labels, spec } of pods) {
        const component = componentOf(labels);
        if (!isService(component)) continue;
        const variables = (spec.containers[0]?.env ?? []).map((one) => [one.name, one.value ?? "from-the-pod"]);
        const config = readConfig(schemas[component], { env: Object.fromEntries(variables), prefix: "BNAS_" });
        expect(config).toMatchObject({ listen: expect.stringMatching(/^0\.0\.0\.0:\d+$/) });
      }
    });

    it(`${name}: name only files that are mounted`, async () => {
      for (const { name, spec } of podsOf(await render(values))) {
        const container = spec.containers[0];
        const mounts = container?.volumeMounts?.map((mount) => mount.mountPath) ?? [];
        const files = (container?.env ?? [])
          .map((one) => String(one.value ?? ""))
          .filter((value) => value.startsWith("/etc/"));
        for (const file of files)
          expect(
            mounts.some((path) => file.startsWith(`${path}/`)),
            `${name} ${file}`,
          ).toBe(true);
      }
    });
  }

  it("give the pruner its quotas as it reads them, one line for each owner, a quota of 0 as well", async () => {
    const objects = await render(installations["for production"] ?? {});
    const text = objects.map(({ data }) => data?.quotas).find((one) => one !== undefined);
    expect(text).toBe("* searches=5\nteam-a searches=0 gpu-seconds=3600000 blob-bytes=50000000000\n");
  });

  it("hold a template of trainers that the operator can read", async () => {
    const text = (await render({ trainer: { engine: "gpu" } }))
      .map(({ data }) => data?.["trainer.yaml"])
      .find((one) => one !== undefined);
    expect(parseTrainerTemplate(String(text), "trainer.yaml")).toMatchObject({
      engine: "gpu",
      images: { gpu: "bnas-mesh/trainer-gpu:0.1.0" },
    });
  });
});
