import { createHash } from "node:crypto";
import { invalidInput } from "@bnas/errors";
import { apiVersion, KIND } from "../kube/resource-name.js";
import type { ArchitectureSearch, Trainers } from "../status/architecture-search.js";
import { searchIdOfObject } from "../status/search-id.js";
import { SLOT_LABEL, TEMPLATE_ANNOTATION } from "./trainer-state.js";
import { TRAINER_CONTAINER, type TrainerTemplate } from "./trainer-template.js";

export const managedBy = { "app.kubernetes.io/managed-by": "bnas-operator" } as const;
export const SEARCH_LABEL = "bnas.dev/search";

/** A trainer that fails is started again so often, with longer and longer pauses, before it rests (plan-trainers.ts). */
const BACKOFF_LIMIT = 4;

/** What trainers of a search look like, and its digest, which tells whether one that runs is of today's template. */
export type TrainerPod = { readonly pod: object; readonly digest: string };

/**
 * The pod of a trainer: what the platform team wrote, and over it what the manifest asks for.
 * @param allowed images that a manifest may name, an entry that ends in * for all that begin like it
 * @param idleSeconds after which a trainer without a job ends by itself
 * @throws InvalidInput for an image or an engine that is not to be had
 */
export const trainerPod = (
  object: ArchitectureSearch,
  { images, engine: otherwise, template }: TrainerTemplate,
  { allowed, idleSeconds }: { readonly allowed: readonly string[]; readonly idleSeconds: number },
): TrainerPod => {
  const { trainers = {} } = object.spec;
  const searchId = searchIdOfObject(object);
  const engine = trainers.engine ?? (asksForGpu(trainers) ? "gpu" : otherwise);
  const image = trainers.image ?? images[engine];
  if (image === undefined) {
    const known = Object.keys(images).join(", ");
    throw invalidInput("spec.trainers.engine", engine, known, "The operator has an image for these alone.");
  }
  if (trainers.image !== undefined && !isAllowed(trainers.image, allowed)) {
    throw invalidInput("spec.trainers.image", trainers.image, allowed.join(", ") || "nothing", "Leave it out.");
  }
  const containersWith = (own: Readonly<Record<string, string>>) =>
    template.spec.containers.map((container) =>
      container.name === TRAINER_CONTAINER
        ? {
            ...container,
            image,
            env: [
              ...container.env.filter(({ name }) => !Object.hasOwn(own, name)),
              ...Object.entries(own).map(([name, value]) => ({ name, value })),
            ],
            ...(trainers.resources === undefined ? {} : { resources: trainers.resources }),
            // The last lines of one that fails become the condition's message.
            terminationMessagePolicy: "FallbackToLogsOnError",
          }
        : container,
    );
  const podWith = (own: Readonly<Record<string, string>>) => ({
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata.labels, ...managedBy, [SEARCH_LABEL]: searchId },
    },
    spec: {
      automountServiceAccountToken: false,
      ...template.spec,
      containers: containersWith(own),
      // A pod that fails stays to be looked at; the Job makes another one.
      restartPolicy: "Never",
      ...placed(trainers),
    },
  });
  const own = { BNAS_ENGINE: engine, BNAS_SEARCH: searchId };
  const digest = createHash("sha256")
    .update(JSON.stringify([podWith(own), object.spec.queueName ?? ""]))
    .digest("hex")
    .slice(0, 16);
  // Trainers that must stay do not end by themselves; none restarts because their number was changed.
  const idle = (trainers.min ?? 0) > 0 ? 0 : idleSeconds;
  return { pod: podWith({ ...own, BNAS_IDLE_SECONDS: String(idle) }), digest };
};

/** The Job of a trainer: one pod at a time, and never the next before the last is gone. */
export const trainerJob = (
  object: ArchitectureSearch,
  { pod, digest }: TrainerPod,
  { slot, name }: { readonly slot: number; readonly name: string },
): object => {
  const { name: owner, namespace, uid } = object.metadata;
  const searchId = searchIdOfObject(object);
  const { queueName } = object.spec;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace,
      labels: {
        ...managedBy,
        [SEARCH_LABEL]: searchId,
        [SLOT_LABEL]: String(slot),
        ...(queueName === undefined ? {} : { "kueue.x-k8s.io/queue-name": queueName }),
      },
      annotations: { [TEMPLATE_ANNOTATION]: digest },
      ownerReferences: [{ apiVersion, kind: KIND, name: owner, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: BACKOFF_LIMIT,
      podReplacementPolicy: "Failed",
      // Preempted, evicted, or gone with its node: that is no fault of the trainer, and there is to be another one.
      podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
      template: pod,
    },
  };
};

const asksForGpu = ({ resources = {} }: Trainers): boolean =>
  Object.keys({ ...resources.limits, ...resources.requests }).some((name) => name === "nvidia.com/gpu");

const isAllowed = (image: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => (entry.endsWith("*") ? image.startsWith(entry.slice(0, -1)) : image === entry));

const placed = ({ nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName }: Trainers) =>
  Object.fromEntries(
    Object.entries({ nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName }).filter(
      ([, value]) => value !== undefined,
    ),
  );
