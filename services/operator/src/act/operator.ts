import { setTimeout as pause } from "node:timers/promises";
import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeApi } from "../kube/kube-api.js";
import { isConflict, isRefusal, KubeFault } from "../kube/kube-fault.js";
import { permissionsMissing } from "../kube/permissions.js";
import { plan } from "../plan/plan.js";
import type { Action, Plan, PlanSettings } from "../plan/planned.js";
import { ArtifactTurns } from "../see/artifact-turns.js";
import { Cluster, objectKeyOf } from "../see/cluster.js";
import { withFault } from "../see/fault-status.js";
import type { MeshClient } from "../see/mesh-client.js";
import { MeshPoll } from "../see/mesh-poll.js";
import { type Around, observe, sharesOf } from "../see/observe.js";
import { SaidStatus } from "../see/said-status.js";
import type { ArchitectureSearch } from "../status/architecture-search.js";
import { transitionEvents } from "../status/transition-events.js";
import { worthWriting } from "../status/worth-writing.js";
import type { TrainerPod } from "../trainer/trainer-job.js";
import type { TrainerTemplate } from "../trainer/trainer-template.js";
import { apply, writeEvents, writeStatus } from "./apply.js";
import { WorkQueue } from "./work-queue.js";

export type OperatorOptions = PlanSettings & {
  /** "" is all. */
  readonly namespaces: readonly string[];
  readonly template: TrainerTemplate;
  readonly images: readonly string[];
  readonly maxTrainers: number;
  readonly pollSeconds: number;
  readonly identity: string;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** Gets the duration of each reconcile of an object, in seconds. */
  readonly onReconciled?: (seconds: number) => void;
};

/** Milliseconds: how often every object is reconciled though nothing happened, and the permissions of the operator are checked. */
const resync = { objects: 300_000, permissions: 300_000 };

/**
 * Leads: looks at every object when something happens around it, and does what the plan says. It keeps nothing that it could not
 * read again; one that starts in the middle continues where the last one stopped.
 */
export class Operator {
  readonly cluster: Cluster;
  readonly queue: WorkQueue;
  readonly #api: KubeApi;
  readonly #mesh: MeshClient;
  readonly #poll: MeshPoll;
  readonly #options: OperatorOptions;
  readonly #artifacts: ArtifactTurns;
  readonly #said = new SaidStatus();
  #permissionsMissing: readonly string[] = [];
  #shares: ReadonlyMap<string, number> = new Map();

  constructor(config: KubeConfig, api: KubeApi, mesh: MeshClient, options: OperatorOptions) {
    const { namespaces, logger, pollSeconds } = options;
    this.#api = api;
    this.#mesh = mesh;
    this.#artifacts = new ArtifactTurns(mesh, () => options.clock().getTime());
    this.#options = options;
    this.queue = new WorkQueue((key) => this.#reconcile(key));
    this.cluster = new Cluster(config, api, { namespaces, logger, onChange: (key) => this.queue.add(key) });
    this.#poll = new MeshPoll(mesh, {
      seconds: pollSeconds,
      logger,
      onMoved: (searchId) => this.#look(this.cluster.keyOfSearch(searchId)),
      onTurn: () => this.#lookAtAll(),
    });
  }

  /** Until the signal aborts. Running work is then finished. */
  async lead(signal: AbortSignal): Promise<void> {
    // Nothing is decided on half of the picture: the queue begins when everything was listed and the pruner asked once.
    const following = [this.cluster.follow(signal), this.#poll.follow(signal), this.#watchPermissions(signal)];
    while (!signal.aborted && !(this.cluster.synced && this.#poll.looked)) {
      await pause(50, undefined, { signal }).catch(() => {});
    }
    this.#lookAtAll();
    this.queue.begin();
    const timers = [
      setInterval(() => this.#lookAtAll(), resync.objects),
      setInterval(() => this.#lookAtShares(), this.#options.pollSeconds * 1000),
    ];
    await Promise.all(following);
    for (const timer of timers) clearInterval(timer);
    await this.queue.stop();
  }

  #look(key: string | undefined): void {
    if (key !== undefined) this.queue.add(key);
  }

  #lookAtAll(): void {
    for (const object of this.cluster.objects()) this.queue.add(objectKeyOf(object));
  }

  /** Under a limit, what one search gets depends on all. */
  #lookAtShares(): void {
    if (this.#options.maxTrainers === 0) return;
    const shares = sharesOf(this.#around());
    for (const [key, share] of shares) {
      if (share !== this.#shares.get(key)) this.queue.add(key);
    }
    this.#shares = shares;
  }

  async #watchPermissions(signal: AbortSignal): Promise<void> {
    const { namespaces, logger } = this.#options;
    while (!signal.aborted) {
      try {
        const missing = await Promise.all(namespaces.map((namespace) => permissionsMissing(this.#api, namespace)));
        if (missing.flat().join() !== this.#permissionsMissing.join()) {
          this.#permissionsMissing = missing.flat();
          if (this.#permissionsMissing.length > 0) {
            logger.error({ missing: this.#permissionsMissing }, "lacks permissions: apply deploy/operator/rbac.yaml");
          }
          this.#lookAtAll();
        }
        await pause(resync.permissions, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error }, "cannot ask for the permissions of the operator");
        await pause(5000, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #reconcile(key: string): Promise<void> {
    const { logger, onReconciled } = this.#options;
    const object = this.cluster.object(key);
    if (object === undefined) return this.#said.forget(key);
    const began = performance.now();
    try {
      const { observed, pod } = await observe(this.#said.of(object), this.#around());
      const next = plan(observed, this.#options);
      this.#reserve(next.actions, pod);
      await this.#carryOut(object, next, pod);
      if (next.again !== undefined && Number.isFinite(next.again)) this.queue.add(key, Math.max(50, next.again));
    } catch (error) {
      const quiet = isConflict(error) || (error instanceof KubeFault && error.status === 0);
      logger[quiet ? "info" : "warn"]({ object: key, err: error }, "will be tried again");
      throw error;
    } finally {
      const seconds = (performance.now() - began) / 1000;
      logger.debug({ object: key, seconds }, "reconciled");
      onReconciled?.(seconds);
    }
  }

  async #carryOut(
    object: ArchitectureSearch,
    { actions, status }: Plan,
    pod: TrainerPod | InvalidInput,
  ): Promise<void> {
    const { clock, logger } = this.#options;
    let done = 0;
    try {
      for (const action of actions) {
        await apply(action, object, pod, { api: this.#api, cluster: this.cluster, mesh: this.#mesh, logger });
        done++;
      }
    } catch (error) {
      // One that may have been made after all keeps its place until the watch tells, or long enough to know that it never will.
      const unknown = error instanceof KubeFault && isRefusal(error) ? 0 : 1;
      for (const { name } of madeBy(actions.slice(done + unknown))) this.cluster.release(name);
      const faulted = withFault(object, status ?? {}, error, clock().getTime());
      await this.#tell(object, faulted);
      throw error;
    }
    if (!actions.some((action) => action.do === "removeFinalizer" || action.do === "deleteObject")) {
      await this.#tell(object, status);
    }
  }

  /** The one write of the status, unless it says nothing new. */
  async #tell(object: ArchitectureSearch, status: ArchitectureSearch["status"]): Promise<void> {
    if (status === undefined) return;
    const { clock, identity, logger } = this.#options;
    const now = clock();
    const times = { now: now.getTime(), written: this.#said.writtenAt(object) };
    const { write, again } = worthWriting(object.status, status, times);
    if (again !== undefined) this.queue.add(objectKeyOf(object), again);
    if (!write) {
      this.#said.keep(object, status);
      return;
    }
    await writeStatus(this.#api, this.cluster, object, status);
    this.#said.wrote(object, times.now);
    await writeEvents(
      this.#api,
      object.metadata.namespace,
      transitionEvents(object, status, { identity, now }),
      logger,
    );
  }

  #around(): Around {
    const { template, images, idleSeconds, maxTrainers, clock } = this.#options;
    return {
      api: this.#api,
      cluster: this.cluster,
      mesh: this.#mesh,
      poll: this.#poll,
      artifacts: this.#artifacts,
      template,
      images,
      idleSeconds,
      maxTrainers,
      permissionsMissing: () => this.#permissionsMissing,
      said: (object) => this.#said.of(object),
      clock,
    };
  }

  /** Trainers that will be made are counted before another object is planned. */
  #reserve(actions: readonly Action[], pod: TrainerPod | InvalidInput): void {
    if (isInvalidInput(pod)) return;
    const since = this.#options.clock().getTime();
    for (const { name, slot } of madeBy(actions)) {
      this.cluster.reserve({ name, slot, template: pod.digest, state: "starting", since });
    }
  }
}

const madeBy = (actions: readonly Action[]) => actions.filter((action) => action.do === "makeTrainer");
