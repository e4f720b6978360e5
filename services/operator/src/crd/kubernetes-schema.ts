import * as models from "@kubernetes/client-node";
import type { Structural } from "./structural.js";

// The schemas of Kubernetes' own types, from the models of its client: the API server refuses what is misspelt in a toleration
// as it does in a pod, instead of dropping it.

/** What the models do not say. The API server requires it of pods; checked here, a mistake is an error of `kubectl apply`. */
const required: Readonly<Record<string, readonly string[]>> = {
  V1LabelSelectorRequirement: ["key", "operator"],
  V1NodeSelector: ["nodeSelectorTerms"],
  V1NodeSelectorRequirement: ["key", "operator"],
  V1PodAffinityTerm: ["topologyKey"],
  V1PreferredSchedulingTerm: ["preference", "weight"],
  V1TopologySpreadConstraint: ["maxSkew", "topologyKey", "whenUnsatisfiable"],
  V1WeightedPodAffinityTerm: ["podAffinityTerm", "weight"],
};

/** Values that are words, by model and field. */
const words: Readonly<Record<string, readonly string[]>> = {
  "V1Toleration.operator": ["Exists", "Equal"],
  "V1Toleration.effect": ["NoSchedule", "PreferNoSchedule", "NoExecute"],
  "V1TopologySpreadConstraint.whenUnsatisfiable": ["DoNotSchedule", "ScheduleAnyway"],
  "V1NodeSelectorRequirement.operator": ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
  "V1LabelSelectorRequirement.operator": ["In", "NotIn", "Exists", "DoesNotExist"],
};

/** The structural schema of a type of Kubernetes by the name of its model: `V1Toleration`, `Array<V1Toleration>`, `string`. */
export const kubernetesSchema = (type: string, format = ""): Structural => {
  const [, item] = /^Array<(.+)>$/.exec(type) ?? [];
  if (item !== undefined) {
    return { type: "array", items: kubernetesSchema(item), "x-kubernetes-list-type": "atomic" };
  }
  switch (type) {
    case "string":
      return { type: "string" };
    case "boolean":
      return { type: "boolean" };
    case "number":
      return { type: "integer", format: format === "int64" ? "int64" : "int32" };
    case "{ [key: string]: string; }":
      return { type: "object", additionalProperties: { type: "string" } };
    default:
      return modelSchema(type);
  }
};

const modelSchema = (name: string): Structural => {
  const properties = fieldsOf(name).map(({ baseName, type, format }) => {
    const allowed = words[`${name}.${baseName}`];
    const schema = kubernetesSchema(type, format);
    return [baseName, allowed === undefined ? schema : { ...schema, enum: allowed }] as const;
  });
  const must = required[name];
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(must === undefined ? {} : { required: must }),
  };
};

type Field = { readonly baseName: string; readonly type: string; readonly format: string };

const fieldsOf = (name: string): readonly Field[] => {
  const model: unknown = Reflect.get(models, name);
  if (typeof model === "function" && "getAttributeTypeMap" in model) {
    const fields: unknown = typeof model.getAttributeTypeMap === "function" ? model.getAttributeTypeMap() : undefined;
    // Every generated model of the client has this static method, of this result.
    if (Array.isArray(fields)) return fields as Field[];
  }
  throw new Error(`@kubernetes/client-node has no model ${name}`);
};
