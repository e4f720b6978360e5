import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { searchesPath } from "../../services/operator/src/kube/paths.js";
import type { ArchitectureSearch } from "../../services/operator/src/status/architecture-search.js";
import { eventually } from "./eventually.js";
import { type Mesh, simulateTrainers, startMesh } from "./operator-mesh.js";
import { type Seen, startProxy, through } from "./operator-proxy.js";
import {
  admin,
  asOperator,
  create,
  install,
  jobsIn,
  makeGpuNodes,
  makeNamespace,
  manifest,
  noCluster,
  type OperatorProcess,
  onFakeNodes,
  podsIn,
  reasonOf,
  removeNamespace,
  removeNodes,
  startOperatorProcess,
  stopOperator,
} from "./operator-rig.js";

const searches = Number(process.env.BNAS_SCALE_SEARCHES ?? 200);
/** Trainers of all searches together, at most; fewer than GPUs, so that the operator keeps the limit and not the scheduler. */
const limit = 30;
const nodes = Array.from({ length: 10 }, (_, index) => `scale-gpu-${index}`);

describe.skipIf(noCluster)(`${searches} searches at once${noCluster ? `: ${noCluster}` : ""}`, () => {
  const api = admin();
  let namespace = "";
  let mesh: Mesh;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let trainers: ReturnType<typeof simulateTrainers>;
  let operator: OperatorProcess;

  beforeAll(async () => {
    namespace = await makeNamespace(api);
    await install(api, namespace);
    await makeGpuNodes(api, nodes, 4);
    proxy = await startProxy();
    const kubeconfig = join(mkdtempSync(join(tmpdir(), "bnas-operator-")), "kubeconfig");
    writeFileSync(kubeconfig, through(proxy, await asOperator(api, namespace)));
    mesh = await startMesh();
    trainers = simulateTrainers(api, mesh, { namespace, jobSeconds: 0.2 });
    operator = await startOperatorProcess({
      kubeconfig,
      namespace,
      pruner: mesh.address,
      env: {
        BNAS_MAX_TRAINERS: String(limit),
        BNAS_POLL_SECONDS: "1",
        BNAS_IDLE_SECONDS: "2",
        BNAS_LOG_LEVEL: "debug",
      },
    });
  });
  afterAll(async () => {
    await stopOperator(operator);
    await trainers.stop();
    await mesh.stop();
    proxy.stop();
    await removeNamespace(api, namespace);
    await removeNodes(api, nodes);
    api.close();
  });

  const list = async () =>
    (
      await api.call<{ readonly items: readonly ArchitectureSearch[] }>({
        method: "GET",
        path: searchesPath(namespace),
      })
    ).items;
  const memoryMib = () =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${operator.child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  const cpuSeconds = () => {
    const [, , ...rest] = readFileSync(`/proc/${operator.child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(rest[9]) + Number(rest[10])) / 100;
  };

  it("all end, never with more trainers than the limit, and leave none", async () => {
    const before = { calls: proxy.calls.length, cpu: cpuSeconds() };
    const began = performance.now();
    const firstFacts = new Map<string, number>();
    const applied = new Map<string, number>();
    const watching = new AbortController();
    const facts = (async () => {
      for await (const { subject, fact } of mesh.log.watch("bnas.search.>", { signal: watching.signal })) {
        const search = subject.split(".")[2] ?? "";
        if (fact.kind === "epoch.trained" && !firstFacts.has(search)) firstFacts.set(search, performance.now());
      }
    })();
    await Promise.all(
      Array.from({ length: searches }, async (_, index) => {
        const spec = {
          seed: index,
          weight: 1 + (index % 3),
          parallel: 1 + (index % 4),
          trainers: { max: 4, ...onFakeNodes },
        };
        await create(api, manifest(namespace, `search-${index}`, spec));
        applied.set(`search-${index}`, performance.now());
      }),
    );
    let most = 0;
    await eventually("Every search ends", 900, async () => {
      const [pods, objects] = [await podsIn(api, namespace), await list()];
      most = Math.max(
        most,
        pods.filter(({ status }) => status?.phase === "Pending" || status?.phase === "Running").length,
      );
      const ended = objects.filter((object) => reasonOf(object, "Succeeded") === "Finished").length;
      await pause(400);
      if (ended < searches) throw new Error(`${ended} of ${searches} have ended`);
    });
    const seconds = (performance.now() - began) / 1000;
    expect(Math.max(most, trainers.most())).toBeLessThanOrEqual(limit);
    await eventually("Zero trainers", 60, async () => {
      expect(await jobsIn(api, namespace)).toEqual([]);
      expect(await podsIn(api, namespace)).toEqual([]);
    });
    watching.abort();
    await facts;

    const took = [...operator.log().matchAll(/"seconds":([0-9.e-]+),"event":"reconciled"/g)]
      .map((match) => Number(match[1]))
      .sort((a, b) => a - b);
    const at = (share: number) => (1000 * (took[Math.floor(share * (took.length - 1))] ?? 0)).toFixed(0);
    const calls = proxy.calls.slice(before.calls);
    const counted = countBy(calls);
    const waits = [...applied].flatMap(([name, time]) => {
      const id = [...firstFacts.keys()].find(
        (search) => search.startsWith(`${name}-`) && search.length === name.length + 9,
      );
      return id === undefined ? [] : [(firstFacts.get(id) ?? 0) - time];
    });
    console.log(
      [
        `${searches} searches in ${seconds.toFixed(0)} s, at most ${Math.max(most, trainers.most())} of ${limit} trainers at once`,
        `${took.length} reconciles: median ${at(0.5)} ms, 99 % below ${at(0.99)} ms`,
        `memory at most ${memoryMib().toFixed(0)} MiB; ${(cpuSeconds() - before.cpu).toFixed(1)} s of CPU`,
        `${(calls.length / searches).toFixed(1)} API calls a search: ${[...counted].map(([method, count]) => `${method} ${(count / searches).toFixed(1)}`).join(", ")}`,
        `from kubectl apply to the first trained epoch: first ${(Math.min(...waits) / 1000).toFixed(1)} s, last ${(Math.max(...waits) / 1000).toFixed(1)} s`,
      ].join("\n"),
    );
    expect(waits).toHaveLength(searches);
  });

  it("costs next to nothing when nothing happens", async () => {
    // The operator's own clock: it renews its Lease every two seconds.
    const renewed = async (times: number) => {
      const end = proxy.renewals() + times;
      await eventually(`${times} renewals of the Lease`, 60, async () => {
        if (proxy.renewals() < end) throw new Error(`${end - proxy.renewals()} are missing`);
      });
    };
    await renewed(2);
    const before = { calls: proxy.calls.length, cpu: cpuSeconds() };
    await renewed(5);
    const calls = proxy.calls.slice(before.calls).filter(({ path }) => !path.includes("/leases/"));
    const cpu = ((cpuSeconds() - before.cpu) / 5) * 1000;
    console.log(
      `idle: ${calls.length} API calls but for the Lease, ${cpu.toFixed(1)} ms of CPU for each of its renewals`,
    );
    expect(calls.length).toBeLessThan(5);
  });
});

const countBy = (calls: readonly Seen[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { method, watch } of calls) {
    const kind = watch ? "WATCH" : method;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
};
