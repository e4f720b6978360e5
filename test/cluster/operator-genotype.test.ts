import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataset } from "@bnas/dataset";
import { evaluator } from "@bnas/evaluator";
import type { FactLog } from "@bnas/log";
import { type Facts, openFacts } from "@bnas/mesh";
import { type RunningService, silentTools } from "@bnas/process";
import { pruner } from "@bnas/pruner";
import { trainer } from "@bnas/trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { searchIdOfObject } from "../../services/operator/src/status/search-id.js";
import { bnas } from "../integration/bnas.js";
import { eventually } from "./eventually.js";
import {
  admin,
  asOperator,
  create,
  install,
  makeGpuNodes,
  makeNamespace,
  manifest,
  noCluster,
  type OperatorProcess,
  removeNamespace,
  removeNodes,
  startOperatorProcess,
  stopOperator,
  until,
} from "./operator-rig.js";

describe.skipIf(noCluster)(`the file that kubectl applies${noCluster ? `: ${noCluster}` : ""}`, () => {
  const api = admin();
  const nodes = ["genotype-gpu-0"];
  const folder = mkdtempSync(join(tmpdir(), "bnas-operator-"));
  const where = { log: `file:${join(folder, "facts.jsonl")}`, store: `dir:${join(folder, "blobs")}` };
  const listen = "127.0.0.1:0";
  const services: RunningService[] = [];
  let namespace = "";
  let operator: OperatorProcess | undefined;
  let log: FactLog;
  let facts: Facts;
  let data: RunningService;

  beforeAll(async () => {
    namespace = await makeNamespace(api);
    await install(api, namespace);
    await makeGpuNodes(api, nodes, 4);
    facts = await openFacts(where.log);
    log = facts.log;
    const mesh = { ...facts, ...silentTools() };
    data = await dataset.start(dataset.config.parse({ listen }), mesh);
    const shared = { ...where, listen, dataset: data.address };
    const deciding = await pruner.start(shared, mesh);
    services.push(deciding, await evaluator.start({ ...shared, engine: "wasm" }, mesh), data);
    operator = await startOperatorProcess({
      kubeconfig: await asOperator(api, namespace),
      namespace,
      pruner: deciding.address,
    });
  });
  afterAll(async () => {
    await stopOperator(operator);
    for (const service of services) await service.drain();
    await log.close();
    await removeNamespace(api, namespace);
    await removeNodes(api, nodes);
    api.close();
  });

  it("runs with bnas search --config too, to the same genotype, which the object shows", async () => {
    const object = manifest(namespace, "same", { seed: 11, weights: { rate: "0.05" }, parallel: 2 });
    const began = performance.now();
    const applied = await create(api, object);
    // The pods are simulated: this is the trainer that would run in one.
    const search = searchIdOfObject(applied);
    const mesh = { ...facts, ...silentTools() };
    services.unshift(await trainer.start({ ...where, listen, dataset: data.address, engine: "wasm", search }, mesh));
    const { status } = await until(api, namespace, "same", "Succeeded", "Finished", 240);
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `a search of ${status?.jobsTotal} jobs, ${status?.gpuSecondsSpent} s trained, in ${seconds.toFixed(1)} s`,
    );

    const config = join(folder, "search.yaml");
    writeFileSync(config, stringify(object));
    const out = join(folder, "out");
    const { code, stderr } = await bnas("search", "--config", config, "--out", out);
    expect(code, stderr).toBe(0);
    const text = readFileSync(join(out, "genotype.txt"));
    expect(status?.genotype).toBe(text.toString("utf8").trim());
    // What it leaves is listed a moment after its end.
    await eventually("The status lists what the search leaves", 60, async () => {
      const { artifacts = [] } = (await until(api, namespace, "same", "Succeeded", "Finished")).status ?? {};
      const sha256 = createHash("sha256").update(text).digest("hex");
      expect(artifacts).toContainEqual({ name: "genotype.txt", bytes: text.length, sha256 });
    });
  }, 600_000);
});
