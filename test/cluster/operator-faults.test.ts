import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { searchIdOfObject } from "../../services/operator/src/status/search-id.js";
import { eventually } from "./eventually.js";
import { type Mesh, simulateTrainers, startMesh } from "./operator-mesh.js";
import { startProxy, through } from "./operator-proxy.js";
import {
  admin,
  asOperator,
  create,
  get,
  install,
  jobsIn,
  makeGpuNodes,
  makeNamespace,
  manifest,
  noCluster,
  type OperatorProcess,
  podsIn,
  remove,
  removeNamespace,
  removeNodes,
  startOperatorProcess,
  stopOperator,
  until,
} from "./operator-rig.js";

describe.skipIf(noCluster)(`the operator when things break${noCluster ? `: ${noCluster}` : ""}`, () => {
  const api = admin();
  const nodes = ["fault-gpu-0"];
  let namespace = "";
  let kubeconfig = "";
  let mesh: Mesh;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let trainers: ReturnType<typeof simulateTrainers>;
  let operator: OperatorProcess;
  let undisturbed: string | undefined;

  /** As the same pod, whose container is started again: the Lease is still its own. */
  const start = () =>
    startOperatorProcess({ kubeconfig, namespace, pruner: mesh.address, env: { BNAS_IDENTITY: "operator-0" } });

  beforeAll(async () => {
    namespace = await makeNamespace(api);
    await install(api, namespace);
    await makeGpuNodes(api, nodes, 8);
    proxy = await startProxy();
    kubeconfig = join(mkdtempSync(join(tmpdir(), "bnas-operator-")), "kubeconfig");
    writeFileSync(kubeconfig, through(proxy, await asOperator(api, namespace)));
    mesh = await startMesh();
    trainers = simulateTrainers(api, mesh, { namespace, jobSeconds: 0.05 });
    operator = await start();
    await create(api, manifest(namespace, "undisturbed"));
    undisturbed = (await until(api, namespace, "undisturbed", "Succeeded", "Finished")).status?.genotype;
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

  /** It comes to the same end as undisturbed, with nothing left over. */
  const endsWell = async (name: string) => {
    const object = await until(api, namespace, name, "Succeeded", "Finished", 90);
    expect(object.status?.genotype).toBe(undisturbed);
    await eventually("Zero trainers", 30, async () => {
      expect(
        (await jobsIn(api, namespace)).filter(({ metadata }) => metadata.name.startsWith(searchIdOfObject(object))),
      ).toEqual([]);
    });
    expect(operator.child.exitCode).toBeNull();
  };

  it("lists again when a watch has expired (410), by a refusal and in the middle", async () => {
    let watches = 0;
    proxy.inject(({ watch }) => {
      if (!watch || ++watches % 2 === 0) return undefined;
      return watches % 4 === 1
        ? { expire: true }
        : { answer: 410, reason: "Expired", message: "too old resource version" };
    });
    const cutting = setInterval(() => proxy.cut(), 300);
    await create(api, manifest(namespace, "expired"));
    await endsWell("expired");
    clearInterval(cutting);
    proxy.inject(() => undefined);
    expect(watches).toBeGreaterThanOrEqual(4);
  });

  it("tries again on a conflict", async () => {
    let writes = 0;
    proxy.inject(({ method, path }) => {
      if (method !== "PATCH" || !path.includes(namespace) || ++writes % 2 === 0) return undefined;
      return { answer: 409, reason: "Conflict", message: "the object has been modified" };
    });
    await create(api, manifest(namespace, "conflict"));
    await endsWell("conflict");
    proxy.inject(() => undefined);
    expect(writes).toBeGreaterThan(6);
  });

  it("does a step again whose answer was lost, with no harm", async () => {
    let writes = 0;
    proxy.inject(({ method }) => {
      if (method === "GET" || ++writes % 2 === 0) return undefined;
      return writes % 4 === 1 ? { loseAnswer: true } : { loseCall: true };
    });
    await create(api, manifest(namespace, "lost"));
    await endsWell("lost");
    proxy.inject(() => undefined);
    expect(writes).toBeGreaterThan(10);
  });

  it("waits for an API server that is unavailable, without ending, and continues when it is back", async () => {
    await create(api, manifest(namespace, "away"));
    await until(api, namespace, "away", "Running", "Training");
    const gaveUp = () => operator.log().split("does not lead any more").length - 1;
    const before = gaveUp();
    proxy.down();
    // For so long that its lease runs out, and that it asks again and again after that.
    await eventually("It gives up the lead", 60, async () => {
      if (gaveUp() === before) throw new Error("it leads");
    });
    const asked = proxy.refused();
    await eventually("It asks again", 60, async () => {
      if (proxy.refused() < asked + 5) throw new Error(`${proxy.refused() - asked} times`);
    });
    expect(operator.child.exitCode).toBeNull();
    proxy.up();
    await endsWell("away");
  });

  it("is slowed down by an API server that has too much to do, and gets there", async () => {
    let calls = 0;
    proxy.inject(() => {
      if (++calls % 3 !== 0) return undefined;
      return { answer: 429, reason: "TooManyRequests", message: "try again later" };
    });
    await create(api, manifest(namespace, "throttled"));
    await endsWell("throttled");
    proxy.inject(() => undefined);
    expect(calls).toBeGreaterThan(10);
  });

  it("continues where it stopped, however often it is killed", async () => {
    await create(api, manifest(namespace, "killed"));
    for (let strike = 0; strike < 6; strike++) {
      await pause(200 + 130 * strike);
      await stopOperator(operator, "SIGKILL");
      operator = await start();
    }
    await endsWell("killed");
  });

  it("leaves the lead to another when it is stopped, at once", async () => {
    const second = await startOperatorProcess({ kubeconfig, namespace, pruner: mesh.address, until: /"listening"/ });
    await pause(3000);
    expect(second.log()).not.toMatch(/"leads"/);
    const since = performance.now();
    await stopOperator(operator);
    await eventually("The second leads", 10, async () => {
      if (!/"leads"/.test(second.log())) throw new Error("not yet");
    });
    const seconds = (performance.now() - since) / 1000;
    console.log(`the lead passed on in ${seconds.toFixed(1)} s`);
    operator = second;
    await create(api, manifest(namespace, "handed-on"));
    await endsWell("handed-on");
  });

  it("never has two leaders: one that cannot renew gives up before the other begins", async () => {
    const second = await startOperatorProcess({
      kubeconfig: await asOperator(api, namespace),
      namespace,
      pruner: mesh.address,
      until: /"listening"/,
    });
    proxy.down();
    const end = await eventually("The first gives up, the second leads", 60, async () => {
      const lost = /"time":"([^"]+)"[^\n]*"does not lead any more"/.exec(operator.log())?.[1];
      const leads = /"time":"([^"]+)"[^\n]*"leads"/.exec(second.log())?.[1];
      if (lost === undefined || leads === undefined) throw new Error(`${lost} ${leads}`);
      return { lost: Date.parse(lost), leads: Date.parse(leads) };
    });
    expect(end.lost).toBeLessThan(end.leads);
    proxy.up();
    await stopOperator(operator);
    operator = second;
  });

  it("removes everything of a search that is deleted while the operator is unavailable", async () => {
    const applied = await create(api, manifest(namespace, "orphan"));
    await until(api, namespace, "orphan", "Running", "Training");
    await stopOperator(operator, "SIGKILL");
    await remove(api, namespace, "orphan");
    await pause(500);
    expect((await get(api, namespace, "orphan")).metadata.deletionTimestamp).toBeDefined();
    operator = await start();
    await eventually("The object goes", 60, async () => {
      const there = await get(api, namespace, "orphan").then(
        () => true,
        () => false,
      );
      if (there) throw new Error("still there");
    });
    expect(
      (await podsIn(api, namespace)).filter(
        ({ metadata }) => metadata.labels?.["bnas.dev/search"] === searchIdOfObject(applied),
      ),
    ).toEqual([]);
  });
});
