import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "./eventually.js";
import { type Cluster, type Namespace, useCluster } from "./kubernetes.js";
import { Release } from "./release.js";
import { imageValues, natsImage, servicesImage } from "./release-images.js";
import { restart } from "./restart.js";
import { onLaptop, smallSearch } from "./small-search.js";

const use = await useCluster();
const skipped = "reason" in use;

/** Of rounds that are long enough to be disturbed in the middle. */
const spec = {
  parallel: 2,
  dataset: "shapes:?classes=3&size=12&images=900&test=60",
  warmup: { epochs: 2, batch: 20 },
};

describe.skipIf(skipped)(
  `a search whose cluster is disturbed in the middle of a round${skipped ? ` (skipped: ${use.reason})` : ""}`,
  () => {
    // Only where the tests run at all.
    const cluster = "cluster" in use ? use.cluster : (undefined as unknown as Cluster);
    let home: Namespace;
    let release: Release;
    let undisturbed = "";

    beforeAll(async () => {
      for (const image of [await servicesImage(), await natsImage()]) await cluster.provide(image);
      home = await cluster.namespace("disturbed");
      release = new Release(cluster, home.name);
      await release.upgrade(imageValues);
      undisturbed = await onLaptop(smallSearch("laptop", "wasm", spec), "wasm");
    }, 1_200_000);
    afterAll(async () => {
      await release?.kubectl("delete", "bsearch", "--all", "--timeout=60s").catch(() => {});
      await release?.uninstall();
      await home?.[Symbol.asyncDispose]();
    });

    const get = (what: string, path: string) => release.kubectl("get", what, `--output=jsonpath=${path}`);
    const trainers = ["pods", "--selector=app.kubernetes.io/managed-by=bnas-operator"];

    /** Apply a search, and come back when its second round is under way with trainers that run. */
    const begin = async (name: string): Promise<void> => {
      const manifest = JSON.stringify(smallSearch(name, "wasm", spec));
      await cluster.kubectl(["apply", "--namespace", home.name, "--filename=-"], manifest);
      await eventually(`The second round of ${name}`, 180, async () => {
        const [round, running] = (await get(`bsearch/${name}`, "{.status.round} {.status.trainers}")).split(" ");
        if (Number(round) < 2 || Number(running) < 1) throw new Error(`round ${round}, ${running} trainers`);
      });
      expect(await get(`bsearch/${name}`, "{.status.genotype}"), "it has not ended yet").toBe("");
    };

    /** It comes to the genotype of a laptop, which trained no job twice, and leaves no trainer. */
    const endsWell = async (name: string): Promise<void> => {
      await release.kubectl("wait", `bsearch/${name}`, "--for=condition=Succeeded", "--timeout=300s");
      expect((await get(`bsearch/${name}`, "{.status.genotype}")).trim()).toBe(undisturbed);
      await eventually("Zero trainers", 60, async () => {
        expect(await release.kubectl("get", ...trainers, "--output=name")).toBe("");
      });
    };

    it("has jobs done again whose trainers were killed and deleted", async () => {
      await begin("deleted");
      await release.kubectl("delete", ...trainers, "--force", "--grace-period=0");
      await endsWell("deleted");
    });

    it.skipIf(!cluster?.own)("continues while the API server is killed, and when it is back", async () => {
      await begin("api-server");
      await restart("kube-apiserver");
      await eventually("The API server", 60, () => cluster.kubectl(["get", "--raw=/readyz"]));
      await endsWell("api-server");
    });

    it("is drained off its node with everything that belongs to it, and continues when there is a node again", async () => {
      await begin("drained");
      const nodes = (await get("pods", "{range .items[*]}{.spec.nodeName} {end}")).trim().split(" ");
      const drained = [...new Set(nodes)];
      const began = performance.now();
      const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
      try {
        for (const node of drained) {
          const how = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=200s"];
          const ours = `--pod-selector=app.kubernetes.io/part-of=bnas`;
          await cluster.kubectl(["drain", node, ...how, ours]);
        }
        const running = await get("pods", '{.items[?(@.status.phase=="Running")].metadata.name}');
        expect(running, "nothing is left that could train").toBe("");
      } finally {
        for (const node of drained) await cluster.kubectl(["uncordon", node]);
      }
      const gone = seconds();
      await eventually("A trainer", 120, async () => {
        if (Number(await get("bsearch/drained", "{.status.trainers}")) > 0) return;
        const said = await get("bsearch/drained", '{.status.conditions[?(@.type=="Running")].message}');
        throw new Error(`${said}\n${await release.kubectl("get", "pods,jobs")}`);
      });
      console.log(`drained after ${gone} s; trains again after ${seconds()} s`);
      await endsWell("drained");
    });
  },
);
