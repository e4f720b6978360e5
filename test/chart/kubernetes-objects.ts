import type {
  RbacV1Subject,
  V1Container,
  V1LabelSelector,
  V1PodSpec,
  V1PolicyRule,
  V1Volume,
} from "@kubernetes/client-node";

export type { V1Container as Container, V1Volume as Volume };

export type Labels = Readonly<Record<string, string>>;

/** A peer and a policy as YAML spells them; the client's own types write `_from`. */
export type Peer = {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: V1LabelSelector;
  readonly podSelector?: V1LabelSelector;
};
export type Policy = {
  readonly podSelector: V1LabelSelector;
  readonly policyTypes: readonly ("Ingress" | "Egress")[];
  readonly ingress?: readonly { readonly from: readonly Peer[]; readonly ports: readonly Port[] }[] | null;
  readonly egress?: readonly { readonly to: readonly Peer[]; readonly ports: readonly Port[] }[] | null;
};
type Port = { readonly port: number };

export type PodTemplate = { readonly metadata?: { readonly labels?: Labels }; readonly spec?: V1PodSpec };

/** What the tests read of an object; a kind has some of these. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: { readonly template?: PodTemplate; readonly [field: string]: unknown };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly rules?: readonly V1PolicyRule[];
  readonly subjects?: readonly RbacV1Subject[];
};

/** A pod of an installation, and what makes it. */
export type Pod = { readonly name: string; readonly labels: Labels; readonly spec: V1PodSpec };

/** The component of the mesh with these labels. */
export const componentOf = (labels: Labels = {}): string => labels["app.kubernetes.io/component"] ?? "";

/** Whether a label selector takes these labels; of expressions it knows In. */
export const selects = ({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(
    ({ key, operator, values = [] }) => operator === "In" && values.some((value) => value === labels[key]),
  );

export const containersOf = ({ initContainers = [], containers }: V1PodSpec): readonly V1Container[] => [
  ...initContainers,
  ...containers,
];
