import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { chart, helm } from "./helm.js";
import type { KubernetesObject, Pod, PodTemplate, Policy } from "./kubernetes-objects.js";

export type Values = { readonly [name: string]: unknown };

const release = "bnas";
export const namespace = "bnas-system";

/** Calls helm with these values in a file. */
export const withValues = async (values: Values, ...args: readonly string[]): ReturnType<typeof helm> => {
  const folder = await mkdtemp(join(tmpdir(), "bnas-values-"));
  const file = join(folder, "values.json");
  // Not YAML: helm reads its first version, in which a bare yes is true.
  await writeFile(file, JSON.stringify(values));
  try {
    return await helm(...args, "--values", file);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const known = new Map<string, Promise<readonly KubernetesObject[]>>();

/** What an installation with these values would apply, the tests of `helm test` included. Rejects with what helm says. */
export const render = (values: Values = {}): Promise<readonly KubernetesObject[]> => {
  const key = JSON.stringify(values);
  const objects = known.get(key) ?? renderAgain(values);
  known.set(key, objects);
  return objects;
};

/** The same, rendered again: helm makes new passwords. */
export const renderAgain = (values: Values = {}): Promise<readonly KubernetesObject[]> => renderIn(namespace, values);

/** The same in another namespace. */
export const renderIn = async (where: string, values: Values): Promise<readonly KubernetesObject[]> => {
  const { ok, said } = await withValues(values, "template", release, chart, "--namespace", where);
  if (!ok) throw new Error(said);
  return (
    parseAllDocuments(said)
      // helm wrote it; what is not an object of Kubernetes fails in the tests.
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null)
  );
};

/** The pods that objects lead to, those of the operator's trainers included. */
export const podsOf = (objects: readonly KubernetesObject[]): readonly Pod[] =>
  objects.flatMap((object) => {
    const name = `${object.kind}/${object.metadata.name}`;
    if (object.kind === "Pod") return podOf(name, object as unknown as PodTemplate); // A Pod is what templates are templates of.
    const trainer = object.data?.["trainer.yaml"];
    if (trainer !== undefined) return podOf("the operator's trainer", finished(parse(trainer)));
    return podOf(name, object.spec?.template);
  });

const podOf = (name: string, { metadata, spec }: PodTemplate = {}): readonly Pod[] =>
  spec === undefined ? [] : [{ name, labels: metadata?.labels ?? {}, spec }];

type TrainerFile = {
  readonly images: Readonly<Record<string, string>>;
  readonly engine: string;
  readonly template: PodTemplate;
};

/** As the operator finishes the pod of a trainer whose manifest says nothing. */
const finished = ({ images, engine, template: { metadata, spec } }: TrainerFile): PodTemplate => {
  const image = images[engine];
  if (metadata === undefined || spec === undefined || image === undefined) throw new Error("half a trainer");
  return { metadata, spec: { ...spec, containers: spec.containers.map((one) => ({ ...one, image })) } };
};

/** The NetworkPolicies among objects. */
export const policiesOf = (objects: readonly KubernetesObject[]): readonly Policy[] =>
  objects.filter(({ kind }) => kind === "NetworkPolicy").map(({ spec }) => spec as unknown as Policy); // Their kind says so.
