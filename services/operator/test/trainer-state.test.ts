import { describe, expect, it } from "vitest";
import { type KubeJob, type Pod, trainerOf, type Warning } from "../src/trainer/trainer-state.js";

const job = (change: Partial<KubeJob> = {}): KubeJob => ({
  metadata: {
    name: "first-0a1b2c3d-0",
    creationTimestamp: "2026-11-25T12:00:00Z",
    labels: { "bnas.dev/slot": "0" },
    annotations: { "bnas.dev/template": "todays" },
  },
  ...change,
});
const pod = (status: Pod["status"], change: object = {}): Pod => ({
  metadata: { name: "first-0a1b2c3d-0-abcde", creationTimestamp: "2026-11-25T12:00:01Z", ...change },
  ...(status === undefined ? {} : { status }),
});
const waiting = (reason: string, message = "said by the kubelet"): Pod =>
  pod({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason, message } } }] });
const unscheduled = (message: string): Pod =>
  pod({ phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] });
const ended = (terminated: object): Pod => pod({ phase: "Failed", containerStatuses: [{ state: { terminated } }] });
const refusal = (message: string): Warning => ({ reason: "FailedCreate", message });
const condition = (type: string): KubeJob =>
  job({ status: { conditions: [{ type, status: "True", lastTransitionTime: "2026-11-25T12:05:00Z" }] } });

describe("the state of a trainer", () => {
  it("is read from its Job: slot, template and age", () => {
    expect(trainerOf(job(), [])).toMatchObject({
      slot: 0,
      template: "todays",
      since: Date.parse("2026-11-25T12:00:00Z"),
    });
  });

  const table: readonly (readonly [string, KubeJob, readonly Pod[], string])[] = [
    ["starting without a pod", job(), [], "starting"],
    ["running with a pod that runs", job(), [pod({ phase: "Running" })], "running"],
    [
      "starting when the pod that runs is being deleted",
      job(),
      [pod({ phase: "Running" }, { deletionTimestamp: "2026-11-25T12:01:00Z" })],
      "starting",
    ],
    ["queued while Kueue holds it", job({ spec: { suspend: true } }), [], "queued"],
    ["done when its pod ended well", condition("Complete"), [pod({ phase: "Succeeded" })], "done"],
    ["failed when its pods failed too often", condition("Failed"), [ended({ exitCode: 1 })], "failed"],
    [
      "leaving while it is being deleted, whatever its pod does",
      job({ metadata: { ...job().metadata, deletionTimestamp: "2026-11-25T12:01:00Z" } }),
      [pod({ phase: "Running" })],
      "leaving",
    ],
  ];
  it.each(table)("is %s", (_, of, pods, state) => expect(trainerOf(of, pods).state).toBe(state));

  it("counts from its end for one that gave up", () => {
    expect(trainerOf(condition("Failed"), []).since).toBe(Date.parse("2026-11-25T12:05:00Z"));
  });
});

describe("why a trainer does not run", () => {
  const table: readonly (readonly [string, readonly Pod[], readonly Warning[], string, RegExp])[] = [
    [
      "no GPU is free",
      [unscheduled("0/3 nodes are available: 3 Insufficient nvidia.com/gpu.")],
      [],
      "NoGpuFree",
      /Insufficient nvidia/,
    ],
    [
      "no node suits it",
      [unscheduled("0/3 nodes are available: 3 node(s) had untolerated taint {spot: }.")],
      [],
      "Unschedulable",
      /untolerated/,
    ],
    [
      "its image cannot be pulled",
      [waiting("ImagePullBackOff", "manifest unknown")],
      [],
      "ImagePull",
      /manifest unknown/,
    ],
    ["its image is not on the node", [waiting("ErrImageNeverPull")], [], "ImagePull", /kubelet/],
    [
      "a Secret is missing",
      [waiting("CreateContainerConfigError", 'secret "nats" not found')],
      [],
      "TrainerConfig",
      /secret "nats"/,
    ],
    ["it is only being started", [waiting("ContainerCreating")], [], "Starting", /kubelet/],
    [
      "the quota is used up",
      [],
      [refusal('pods "x" is forbidden: exceeded quota: gpus, requested: 1, used: 4, limited: 4')],
      "QuotaExceeded",
      /gpus/,
    ],
    [
      "Pod Security refuses it",
      [],
      [refusal('pods "x" is forbidden: violates PodSecurity "restricted:latest"')],
      "PodRefused",
      /restricted/,
    ],
    ["it ran out of memory", [ended({ exitCode: 137, reason: "OOMKilled" })], [], "OutOfMemory", /memory/],
    [
      "it ended with an error",
      [ended({ exitCode: 1, message: 'first line\n{"level":"fatal","event":"no NATS server answers"}\n' })],
      [],
      "TrainerCrash",
      /exit code 1: .*no NATS server answers/,
    ],
  ];
  it.each(table)("is known when %s", (_, pods, warnings, reason, says) => {
    const { trouble } = trainerOf(job(), pods, warnings);
    expect(trouble?.reason).toBe(reason);
    expect(trouble?.message).toMatch(says);
  });

  it("is what ended its last pod, for one that gave up", () => {
    const first = pod(
      { phase: "Failed", containerStatuses: [{ state: { terminated: { exitCode: 7 } } }] },
      { creationTimestamp: "2026-11-25T11:00:00Z" },
    );
    expect(trainerOf(condition("Failed"), [ended({ exitCode: 9 }), first]).trouble?.message).toMatch(/exit code 9/);
  });
});
