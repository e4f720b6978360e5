import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { helmBinary, helmMissing } from "./helm.js";
import type { KubernetesObject } from "./kubernetes-objects.js";
import { render } from "./rendered.js";

const guide = readFileSync(new URL("../../docs/cluster/install.md", import.meta.url), "utf8");
/** The first block of YAML under a heading of the guide. */
const valuesUnder = (heading: string) => {
  const [, section = ""] = guide.split(`## ${heading}\n`);
  return parse(/```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? "");
};

const imagesOf = (objects: readonly KubernetesObject[]): readonly string[] => [
  ...new Set(JSON.stringify(objects).match(/(?<="image":")[^"]+/g) ?? []),
];

describe.skipIf(helmBinary === undefined)(`the guide to an installation${helmMissing}`, () => {
  it("takes our images from the registry that it names, and those of others from where they are", async () => {
    const images = imagesOf(
      await render({ image: { registry: "registry.example/ml" }, telemetry: { collector: { enabled: true } } }),
    );
    expect(images.filter((image) => !image.startsWith("registry.example/ml/bnas-mesh/")).sort()).toEqual([
      expect.stringMatching(/^nats:/),
      expect.stringMatching(/^otel\/opentelemetry-collector:/),
    ]);
  });

  it("takes all images from a mirror, but one that names its registry", async () => {
    const images = imagesOf(
      await render({
        global: { imageRegistry: "mirror.example/all" },
        nats: { image: { registry: "docker.io" } },
        telemetry: { collector: { enabled: true } },
      }),
    );
    expect(images.filter((image) => !image.startsWith("mirror.example/all/"))).toEqual([
      expect.stringMatching(/^docker.io\/nats:/),
    ]);
  });

  it("has values for production whose pods need no label that a node may lack", async () => {
    const objects = await render(valuesUnder("For production"));
    const hard = objects
      .flatMap(({ spec }) => spec?.template?.spec?.topologySpreadConstraints ?? [])
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule");
    expect(new Set(hard.map(({ topologyKey }) => topologyKey))).toEqual(new Set(["kubernetes.io/hostname"]));
  });
});
