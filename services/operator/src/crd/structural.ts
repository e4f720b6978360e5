/** A structural schema, as Kubernetes takes it in a CustomResourceDefinition: JSON Schema without references and unions. */
export type Structural = {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly format?: "int32" | "int64" | "date-time";
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Structural>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Structural;
  readonly maxProperties?: number;
  readonly items?: Structural;
  readonly maxItems?: number;
  readonly anyOf?: readonly Structural[];
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-list-type"?: "atomic" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic";
  readonly "x-kubernetes-validations"?: readonly Rule[];
};

/** A rule in CEL. It is asked only of values that the rest of the schema allows. */
export type Rule = {
  readonly rule: string;
  /** What is allowed, and what to do. */
  readonly message: string;
  /** Path below the place of the rule that errors name: `.network.partial`. */
  readonly fieldPath?: string;
};
