import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetConfigSchema, startDataset } from "@bnas/dataset";
import { startEvaluator } from "@bnas/evaluator";
import type { FactLog } from "@bnas/log";
import { type Facts, openFacts } from "@bnas/mesh";
import type { RunningService } from "@bnas/process";
import { startPruner } from "@bnas/pruner";
import { silentLogger } from "@bnas/telemetry";
import { startTrainer } from "@bnas/trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { searchIdOfObject } from "../../services/operator/src/status/search-id.js";
import { bnas } from "../integration/bnas.js";
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
  let dataset: RunningService;

  beforeAll(async () => {
    namespace = await makeNamespace(api);
    await install(api, namespace);
    await makeGpuNodes(api, nodes, 4);
    facts = await openFacts(where.log);
    log = facts.log;
    const mesh = { ...facts, logger: silentLogger, clock: () => new Date() };
    dataset = await startDataset(datasetConfigSchema.parse({ listen }), silentLogger);
    const shared = { ...where, listen, dataset: dataset.address };
    const pruner = await startPruner(shared, mesh);
    services.push(pruner, await startEvaluator({ ...shared, engine: "wasm" }, mesh), dataset);
    operator = await startOperatorProcess({
      kubeconfig: await asOperator(api, namespace),
      namespace,
      pruner: pruner.address,
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
    const mesh = { ...facts, logger: silentLogger, clock: () => new Date() };
    services.unshift(await startTrainer({ ...where, listen, dataset: dataset.address, engine: "wasm", search }, mesh));
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
    expect(status?.genotype).toBe(readFileSync(join(out, "genotype.txt"), "utf8").trim());
  }, 600_000);
});
