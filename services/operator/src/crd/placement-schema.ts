import { specSchema } from "@bnas/search";
import { kubernetesSchema } from "./kubernetes-schema.js";
import type { Rule, Structural } from "./structural.js";

/** As many jobs of a search are open at a time, so that more trainers than these would have nothing to do. */
const mostTrainers: number = specSchema.shape.parallel.maxValue ?? 1;

const engines = ["wasm", "node", "gpu"] as const;

const described = (schema: Structural, description: string): Structural => ({ ...schema, description });

/** `100m`, `16Gi`, 1: what Kubernetes calls a quantity. */
const quantities: Structural = {
  type: "object",
  maxProperties: 16,
  additionalProperties: {
    anyOf: [{ type: "integer" }, { type: "string" }],
    maxLength: 32,
    pattern: "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$",
    "x-kubernetes-int-or-string": true,
  },
};

const trainers: Structural = {
  type: "object",
  default: { min: 0, max: 1 },
  description: "Where the search is trained, and by how many.",
  properties: {
    min: {
      type: "integer",
      format: "int32",
      minimum: 0,
      maximum: mostTrainers,
      default: 0,
      description: "Trainers that stay while the search runs, even when there is no work; 0 gives every GPU back.",
    },
    max: {
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: mostTrainers,
      default: 1,
      description: "Trainers at most. More than spec.parallel have nothing to do.",
    },
    engine: {
      type: "string",
      enum: engines,
      description:
        "What runs the tensors. Left out: `gpu` where resources.limits ask for nvidia.com/gpu, else what the operator was given.",
    },
    image: {
      type: "string",
      minLength: 1,
      maxLength: 512,
      description: "Another image than the operator's; only one that its setting trainerImages allows.",
    },
    resources: {
      type: "object",
      description: "Of each trainer, as a container has them: limits: {nvidia.com/gpu: 1}.",
      properties: { limits: quantities, requests: quantities },
    },
    nodeSelector: {
      type: "object",
      maxProperties: 32,
      additionalProperties: { type: "string", maxLength: 63 },
      "x-kubernetes-map-type": "atomic",
      description: "Labels of the nodes that trainers may run on.",
    },
    tolerations: {
      ...described(
        kubernetesSchema("Array<V1Toleration>"),
        "Taints that trainers tolerate, such as those of spot nodes.",
      ),
      maxItems: 32,
    },
    affinity: described(kubernetesSchema("V1Affinity"), "As a pod has it."),
    topologySpreadConstraints: {
      ...described(kubernetesSchema("Array<V1TopologySpreadConstraint>"), "As a pod has them."),
      maxItems: 16,
    },
    priorityClassName: {
      type: "string",
      maxLength: 253,
      description: "Which pods give way when GPUs are short: Kubernetes' scheduler decides by it.",
    },
  },
  "x-kubernetes-validations": [
    { rule: "self.min <= self.max", message: "takes at most trainers.max", fieldPath: ".min" },
  ] satisfies Rule[],
};

/** The fields of a manifest that say where and whether a search runs. They may be changed at any time. */
export const placementProperties = (): Record<string, Structural> => ({
  trainers,
  suspend: {
    type: "boolean",
    default: false,
    description:
      "Pause the search and give its GPUs back at once. Running jobs are done again later, with the same result.",
  },
  queueName: {
    type: "string",
    minLength: 1,
    maxLength: 63,
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    description: "A LocalQueue of Kueue, which then admits the trainers one by one.",
  },
  ttlSecondsAfterFinished: {
    type: "integer",
    format: "int64",
    minimum: 0,
    maximum: 1_000_000_000,
    description:
      "Delete this object, and with it the facts and blobs of the search, so many seconds after it ended. Left out: never.",
  },
});
