import { PRESET_NAMES, parseSpec } from "@bnas/search";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubeFault } from "../../services/operator/src/kube/kube-fault.js";
import { searchFields } from "../../services/operator/src/see/manifest.js";
import { badByField, badTogether } from "./operator-bad-manifests.js";
import {
  admin,
  change,
  create,
  get,
  install,
  makeNamespace,
  noCluster,
  refusalOf,
  removeNamespace,
} from "./operator-rig.js";

describe.skipIf(noCluster)(
  `the CustomResourceDefinition on a real API server${noCluster ? `: ${noCluster}` : ""}`,
  () => {
    const api = admin();
    let namespace = "";
    beforeAll(async () => {
      namespace = await makeNamespace(api);
      await install(api, namespace);
    });
    afterAll(async () => {
      await removeNamespace(api, namespace);
      api.close();
    });

    const object = (spec: object, name = "some") => ({
      apiVersion: "bnas.dev/v1alpha1",
      kind: "ArchitectureSearch",
      metadata: { name, namespace },
      spec,
    });
    const tried = (spec: object) => create(api, object(spec), { dryRun: "All" });

    it("takes the shortest manifest, and says where it will run", async () => {
      const { spec } = await tried({ dataset: "shapes:" });
      expect(spec).toEqual({ dataset: "shapes:", preset: "cifar10", suspend: false, trainers: { min: 0, max: 1 } });
    });

    it("refuses more than 200 bad manifests, each by the name of the field that is wrong", async () => {
      const bad = [...badByField(), ...badTogether];
      expect(bad.length).toBeGreaterThan(200);
      const wrong: string[] = [];
      for (const { what, spec, names } of bad) {
        const refusal = await refusalOf(tried(spec)).catch((error: Error) => error);
        const named =
          refusal instanceof KubeFault &&
          (refusal.status === 422 || refusal.status === 400) &&
          refusal.message.includes(names);
        if (!named) wrong.push(`${what}: ${refusal.message}`);
      }
      expect(wrong).toEqual([]);
    });

    it("takes every manifest whose search can be opened, so that no rule says more than the spec does", async () => {
      const part = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
      const drawn = fc.record({
        preset: part(fc.constantFrom(...PRESET_NAMES)),
        strategy: part(fc.constantFrom("bnas", "pc-darts", "random")),
        sample: part(fc.constantFrom("half", "all")),
        network: part(
          fc.record({
            channels: part(fc.integer({ min: 2, max: 32 })),
            partial: part(fc.integer({ min: 1, max: 4 })),
            stem: part(fc.constantFrom("cifar", "imagenet")),
          }),
        ),
        data: part(
          fc.record({
            imageSize: part(fc.constantFrom(0, 8, 32, 30, 64)),
            limit: part(fc.constantFrom(0, 40, 100, 1000)),
            reductionImages: part(fc.integer({ min: 1, max: 120 })),
            cutout: part(fc.nat(40)),
          }),
        ),
        warmup: part(
          fc.record({
            epochs: part(fc.nat(3)),
            strengthsFrom: part(fc.nat(3)),
            batch: part(fc.integer({ min: 1, max: 60 })),
          }),
        ),
        reduction: part(fc.record({ batch: part(fc.integer({ min: 1, max: 60 })) })),
        weights: part(
          fc.record({
            rate: part(fc.constantFrom("0.1", "0.01", "1e-3")),
            leastRate: part(fc.constantFrom("0", "0.05", "5e-4")),
          }),
        ),
      });
      const verdicts = { both: 0, neither: 0, onlyTheOperator: 0 };
      await fc.assert(
        fc.asyncProperty(drawn, async (some) => {
          const spec = JSON.parse(JSON.stringify({ dataset: "shapes:", ...some }));
          const valid = ((): boolean => {
            try {
              parseSpec(searchFields(spec));
              return true;
            } catch {
              return false;
            }
          })();
          const taken = await tried(spec).then(
            () => true,
            (error: unknown) => {
              if (error instanceof KubeFault && error.status === 422) return false;
              throw error;
            },
          );
          if (valid) expect(taken, JSON.stringify(spec)).toBe(true);
          verdicts[taken ? (valid ? "both" : "onlyTheOperator") : "neither"]++;
        }),
        { numRuns: 300 },
      );
      console.log(`of 300 drawn manifests: ${JSON.stringify(verdicts)}`);
      expect(verdicts.both).toBeGreaterThan(20);
      expect(verdicts.neither).toBeGreaterThan(20);
    });

    it("lets nothing of the search change once it is applied, and everything of where it runs", async () => {
      await create(api, object({ dataset: "shapes:", weights: { rate: "0.1" } }, "fixed"));
      for (const [field, value] of Object.entries({
        dataset: "shapes:?size=8",
        preset: "smoke",
        strategy: "random",
        seed: 3,
        parallel: 2,
        weight: 9,
        budget: { gpuSeconds: 5 },
        network: { cells: 4 },
        data: { flip: false },
        warmup: { epochs: 9 },
        reduction: { passes: 2 },
        weights: { rate: "0.2" },
        strengths: { rate: "0.2" },
      })) {
        const { status, message } = await refusalOf(change(api, namespace, "fixed", { [field]: value }));
        expect(status, field).toBe(422);
        expect(message).toMatch(new RegExp(`spec\\.${field}.*cannot be changed.*another metadata\\.name`));
      }
      const where = {
        trainers: { max: 3, tolerations: [{ key: "spot", operator: "Exists" }] },
        suspend: true,
        queueName: "gpus",
        ttlSecondsAfterFinished: 5,
      };
      await change(api, namespace, "fixed", where);
      expect((await get(api, namespace, "fixed")).spec).toMatchObject(where);
    });

    it("shows the state at a glance", async () => {
      const table = await api.call<{
        readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
      }>({
        method: "GET",
        path: `/apis/bnas.dev/v1alpha1/namespaces/${namespace}/architecturesearches`,
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
      });
      const columns = (priority: number) =>
        table.columnDefinitions.filter((one) => one.priority === priority).map(({ name }) => name);
      expect(columns(0)).toEqual(["Name", "State", "Round", "Candidates", "Best", "Trainers", "Age"]);
      expect(columns(1)).toEqual(["Search", "GPU-seconds", "Message"]);
    });

    it("has a short name and a category", async () => {
      const { resources } = await api.call<{
        readonly resources: readonly {
          readonly shortNames?: readonly string[];
          readonly categories?: readonly string[];
        }[];
      }>({
        method: "GET",
        path: "/apis/bnas.dev/v1alpha1",
      });
      expect(resources[0]).toMatchObject({ shortNames: ["bsearch"], categories: ["all", "bnas"] });
    });
  },
);
