import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import type { Spec } from "@bnas/search";
import { silentLogger } from "@bnas/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Operator } from "../../services/operator/src/act/operator.js";
import { type Call, KubeApi } from "../../services/operator/src/kube/kube-api.js";
import { MeshClient } from "../../services/operator/src/see/mesh-client.js";
import { readTrainerTemplate } from "../../services/operator/src/trainer/trainer-template.js";
import { eventually } from "./eventually.js";
import { type Mesh, simulateTrainers, startMesh } from "./operator-mesh.js";
import {
  admin,
  change,
  create,
  get,
  install,
  jobsIn,
  kubeConfig,
  makeGpuNodes,
  makeNamespace,
  manifest,
  messageOf,
  noCluster,
  podsIn,
  reasonOf,
  remove,
  removeNamespace,
  removeNodes,
  trainerTemplate,
} from "./operator-rig.js";

/** Dies at its step number `at`, before it is done or after: from then on nothing that it sends arrives. */
class Fate {
  readonly #at: number;
  readonly #after: boolean;
  readonly died = new AbortController();
  steps = 0;

  constructor(at: number, after: boolean) {
    this.#at = at;
    this.#after = after;
  }

  async step<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    this.#alive();
    this.steps++;
    const last = this.steps === this.#at;
    if (last && !this.#after) this.died.abort();
    this.#alive();
    const answer = await act();
    if (last) this.died.abort();
    this.#alive();
    return answer;
  }

  #alive(): void {
    if (this.died.signal.aborted) throw new Error("killed");
  }
}

class MortalApi extends KubeApi {
  readonly #fate: Fate;
  constructor(fate: Fate) {
    super(kubeConfig());
    this.#fate = fate;
  }
  override call<Answer>(call: Call): Promise<Answer> {
    const reads = call.method === "GET" || call.path.includes("accessreviews") || call.query?.dryRun !== undefined;
    return reads ? super.call(call) : this.#fate.step(() => super.call<Answer>(call));
  }
}

class MortalMesh extends MeshClient {
  readonly #fate: Fate;
  constructor(client: ConstructorParameters<typeof MeshClient>[0], fate: Fate) {
    super(client);
    this.#fate = fate;
  }
  override create(searchId: string, spec: Spec, owner: string): Promise<void> {
    return this.#fate.step(() => super.create(searchId, spec, owner));
  }
  override pause(searchId: string): Promise<void> {
    return this.#fate.step(() => super.pause(searchId));
  }
  override resume(searchId: string): Promise<void> {
    return this.#fate.step(() => super.resume(searchId));
  }
  override cancel(searchId: string, reason: string): Promise<void> {
    return this.#fate.step(() => super.cancel(searchId, reason));
  }
  override delete(searchId: string): Promise<void> {
    return this.#fate.step(() => super.delete(searchId));
  }
}

describe.skipIf(noCluster)(`an operator that is killed${noCluster ? `: ${noCluster}` : ""}`, () => {
  const api = admin();
  const nodes = ["killed-gpu-0", "killed-gpu-1"];
  const namespaces: string[] = [];
  let mesh: Mesh;
  let template: Awaited<ReturnType<typeof readTrainerTemplate>>;

  beforeAll(async () => {
    const namespace = await makeNamespace(api);
    namespaces.push(namespace);
    await install(api, namespace);
    await makeGpuNodes(api, nodes, 60);
    mesh = await startMesh();
    template = await readTrainerTemplate(trainerTemplate());
  });
  afterAll(async () => {
    await mesh.stop();
    for (const namespace of namespaces) await removeNamespace(api, namespace);
    await removeNodes(api, nodes);
    api.close();
  });

  /** Lead one namespace until the signal aborts. */
  const lead = async (namespace: string, fate: Fate, signal: AbortSignal) => {
    const kube = new MortalApi(fate);
    const pruner = connect(SearchServiceDefinition, mesh.address);
    const operator = new Operator(kubeConfig(), kube, new MortalMesh(pruner.client, fate), {
      namespaces: [namespace],
      template,
      images: [],
      maxTrainers: 0,
      pollSeconds: 0.2,
      idleSeconds: 2,
      startSeconds: 0,
      stallSeconds: 900,
      identity: "operator",
      logger: silentLogger,
      clock: () => new Date(),
    });
    await operator.lead(AbortSignal.any([signal, fate.died.signal]));
    pruner.close();
    kube.close();
  };

  /**
   * The whole life of an object: applied, suspended for a while, searched, deleted; its operator dies at a step and another takes
   * over. @returns what was found, and how many steps the first operator took
   */
  const life = async (
    at: number,
    after: boolean,
  ): Promise<{ readonly genotype: string | undefined; readonly steps: number }> => {
    const namespace = await makeNamespace(api);
    namespaces.push(namespace);
    const trainers = simulateTrainers(api, mesh, { namespace, jobSeconds: 0.02 });
    const stopping = new AbortController();
    const fate = new Fate(at, after);
    const leading = (async () => {
      await lead(namespace, fate, stopping.signal);
      if (!stopping.signal.aborted) await lead(namespace, new Fate(Number.POSITIVE_INFINITY, false), stopping.signal);
    })();
    await create(api, manifest(namespace, "one", { parallel: 4 }));
    await eventually(`The first round, death ${at} ${after}`, 90, async () => {
      if (((await get(api, namespace, "one")).status?.sequence ?? 0) < 2) throw new Error("not yet");
    });
    await change(api, namespace, "one", { suspend: true });
    await eventually(`It rests, death ${at} ${after}`, 90, async () => {
      const object = await get(api, namespace, "one");
      const rests = reasonOf(object, "Suspended") === "BySpec" || reasonOf(object, "Succeeded") === "Finished";
      if (!rests || (await podsIn(api, namespace)).length > 0) throw new Error("not yet");
    });
    await change(api, namespace, "one", { suspend: false });
    const genotype = await eventually(`The genotype, death ${at} ${after}`, 120, async () => {
      const { status } = await get(api, namespace, "one");
      if (status?.genotype === undefined)
        throw new Error(JSON.stringify(status?.conditions?.map(({ type, reason }) => [type, reason])));
      return status.genotype;
    });
    await remove(api, namespace, "one");
    await eventually(`The end of the object, death ${at} ${after}`, 90, async () => {
      const there = await get(api, namespace, "one").catch(() => undefined);
      if (there === undefined) return;
      const left = [await jobsIn(api, namespace), await podsIn(api, namespace)].map((all) =>
        all.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp]),
      );
      throw new Error(`${JSON.stringify(there.metadata)} ${messageOf(there, "Running")} ${JSON.stringify(left)}`);
    });
    expect(await jobsIn(api, namespace)).toEqual([]);
    expect(await podsIn(api, namespace)).toEqual([]);
    expect(trainers.most()).toBeLessThanOrEqual(4);
    stopping.abort();
    await leading;
    await trainers.stop();
    return { genotype, steps: fate.steps };
  };

  it("at any step of its plan, before the step or after it, changes nothing of the end", async () => {
    const whole = await life(Number.POSITIVE_INFINITY, false);
    const deaths = Array.from({ length: whole.steps }, (_, step) => step + 1).flatMap((at) => [
      { at, after: false },
      { at, after: true },
    ]);
    console.log(`a life of ${whole.steps} steps: ${deaths.length} deaths`);
    const lanes = 10;
    const queue = [...deaths];
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (let death = queue.shift(); death !== undefined; death = queue.shift()) {
          const { genotype } = await life(death.at, death.after);
          expect(genotype, JSON.stringify(death)).toBe(whole.genotype);
        }
      }),
    );
  }, 1_800_000);
});
