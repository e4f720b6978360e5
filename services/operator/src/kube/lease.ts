import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "@bnas/telemetry";
import type { KubeApi } from "./kube-api.js";
import { isConflict, isGone } from "./kube-fault.js";
import { leasesPath } from "./paths.js";

/** Seconds: a leader that has not renewed for `duration` is taken for dead; it has given up on its own at `deadline`. */
const seconds = { duration: 15, deadline: 8, renew: 2, call: 4 } as const;

type Lease = {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number;
  };
};

/**
 * Leader election by a Lease (coordination.k8s.io), as client-go does it: of several operators one leads. Times of others are
 * never compared with our clock: a lease is stale when it has not changed for its duration, as seen from here.
 */
export class LeaderLease {
  readonly #api: KubeApi;
  readonly #options: LeaseOptions;
  #seen: { readonly version: string; readonly at: number } | undefined;

  constructor(api: KubeApi, options: LeaseOptions) {
    this.#api = api;
    this.#options = options;
  }

  /**
   * Call `lead` whenever this operator has become the leader, with a signal that aborts when it is one no more; until `signal`
   * aborts. The lease is given back then, so that another need not wait.
   */
  async run(signal: AbortSignal, lead: (leading: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      if (!(await this.#renewed())) {
        await this.#sleep(seconds.renew, signal);
        continue;
      }
      this.#options.logger.info({ identity: this.#options.identity }, "leads");
      const lost = new AbortController();
      const leading = AbortSignal.any([signal, lost.signal]);
      const work = lead(leading);
      await this.#keep(leading);
      lost.abort();
      await work;
      if (!signal.aborted) this.#options.logger.warn("does not lead any more");
    }
    await this.#giveBack();
  }

  /** Renew until the signal aborts, or until it has not worked for so long that another may lead. */
  async #keep(leading: AbortSignal): Promise<void> {
    let renewed = performance.now();
    while (!leading.aborted && performance.now() - renewed < seconds.deadline * 1000) {
      await this.#sleep(seconds.renew, leading);
      if (leading.aborted) return;
      const asked = performance.now();
      const held = await this.#renewed();
      if (held) renewed = asked;
      else if (this.#heldByOther) return;
    }
  }

  #heldByOther = false;
  #failing = false;

  /** Take or renew the lease. False: another process holds it, or no server answers. */
  async #renewed(): Promise<boolean> {
    const held = await this.#renew();
    if (held) this.#failing = false;
    return held;
  }

  async #renew(): Promise<boolean> {
    this.#heldByOther = false;
    const timeoutMs = seconds.call * 1000;
    const { namespace, name, identity, logger, clock } = this.#options;
    const path = `${leasesPath(namespace)}/${name}`;
    const now = microTime(clock());
    const spec = { holderIdentity: identity, leaseDurationSeconds: seconds.duration, renewTime: now };
    try {
      const lease = await this.#api.call<Lease>({ method: "GET", path, timeoutMs }).catch((error: unknown) => {
        if (isGone(error)) return undefined;
        throw error;
      });
      if (lease === undefined) {
        const body = leaseOf({ name, namespace }, { ...spec, acquireTime: now, leaseTransitions: 0 });
        await this.#api.call({ method: "POST", path: leasesPath(namespace), body, timeoutMs });
        return true;
      }
      const ours = lease.spec?.holderIdentity === identity;
      this.#heldByOther = !ours && !this.#isStale(lease);
      if (this.#heldByOther) return false;
      const transitions = (lease.spec?.leaseTransitions ?? 0) + (ours ? 0 : 1);
      const acquireTime = ours ? (lease.spec?.acquireTime ?? now) : now;
      const body = leaseOf(lease.metadata, { ...spec, acquireTime, leaseTransitions: transitions });
      await this.#api.call({ method: "PUT", path, body, timeoutMs });
      return true;
    } catch (error) {
      if (!isConflict(error) && !this.#failing) {
        this.#failing = true;
        logger.warn({ err: error, lease: `${namespace}/${name}` }, "cannot renew the lease; trying again");
      }
      return false;
    }
  }

  #isStale({ metadata: { resourceVersion = "" }, spec = {} }: Lease): boolean {
    if (spec.holderIdentity === null || spec.holderIdentity === undefined || spec.holderIdentity === "") return true;
    const now = performance.now();
    if (this.#seen?.version !== resourceVersion) this.#seen = { version: resourceVersion, at: now };
    return now - this.#seen.at > (spec.leaseDurationSeconds ?? seconds.duration) * 1000;
  }

  async #giveBack(): Promise<void> {
    const { namespace, name, identity, clock } = this.#options;
    const path = `${leasesPath(namespace)}/${name}`;
    try {
      const lease = await this.#api.call<Lease>({ method: "GET", path });
      if (lease.spec?.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: "", renewTime: microTime(clock()), leaseDurationSeconds: 1 };
      await this.#api.call({ method: "PUT", path, body: leaseOf(lease.metadata, spec) });
    } catch {
      // It runs out by itself.
    }
  }

  #sleep(length: number, signal: AbortSignal): Promise<void> {
    return pause(length * 1000, undefined, { signal }).catch(() => {});
  }
}

export type LeaseOptions = {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly logger: Logger;
  readonly clock: () => Date;
};

const leaseOf = (metadata: Lease["metadata"], spec: Lease["spec"]): object => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata,
  spec,
});

/** RFC 3339 with microseconds, as a Lease asks for. */
const microTime = (time: Date): string => time.toISOString().replace("Z", "000Z");
