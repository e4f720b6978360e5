import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { helmBinary, helmMissing } from "./helm.js";
import type { KubernetesObject } from "./kubernetes-objects.js";
import { render } from "./rendered.js";

const written: readonly KubernetesObject[] = parseAllDocuments(
  readFileSync(new URL("../../deploy/operator/rbac.yaml", import.meta.url), "utf8"),
).map((document) => document.toJS() as KubernetesObject);
const rulesOf = (kind: string) => written.find((object) => object.kind === kind)?.rules;

/** Of people, beside those of the operator. */
const ofPeople = /-searches-(view|edit)$/;
const roles = (objects: readonly KubernetesObject[]) =>
  objects.filter(
    ({ kind, metadata }) =>
      /Role$/.test(kind) && !metadata.name.endsWith("smoke-search") && !ofPeople.test(metadata.name),
  );

describe.skipIf(helmBinary === undefined)(`what the operator may do${helmMissing}`, () => {
  it("is what deploy/operator/rbac.yaml says, in the namespaces that it serves and no other", async () => {
    const given = roles(await render({ operator: { namespaces: ["team-a"] } }));
    expect(given.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ["Role", "bnas-system", "bnas-operator"],
      ["Role", "team-a", "bnas-operator"],
      ["Role", "bnas-system", "bnas-operator-lease"],
    ]);
    for (const { metadata, rules } of given) {
      expect(rules).toEqual(rulesOf(metadata.name === "bnas-operator" ? "ClusterRole" : "Role"));
    }
  });

  it("is the same in every namespace, when it serves them all", async () => {
    const given = roles(await render({ operator: { clusterWide: true } }));
    expect(given.map(({ kind }) => kind)).toEqual(["ClusterRole", "Role"]);
    expect(given[0]?.rules).toEqual(rulesOf("ClusterRole"));
  });

  it("is given to its account alone", async () => {
    const objects = await render({ operator: { namespaces: ["team-a"] } });
    const subjects = objects
      .filter(({ kind, metadata }) => kind === "RoleBinding" && !metadata.name.endsWith("smoke-search"))
      .flatMap(({ subjects }) => subjects ?? []);
    expect(new Set(subjects.map((subject) => `${subject.namespace}/${subject.name}`))).toEqual(
      new Set(["bnas-system/bnas-operator"]),
    );
  });

  it("holds a Lease of its release's name: the operator asks for that one", async () => {
    const objects = await render({ fullnameOverride: "search" });
    const operator = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "search-operator");
    const env = operator?.spec?.template?.spec?.containers?.[0]?.env ?? [];
    const value = (name: string) => env.find((variable) => variable.name === name)?.value;
    const names = objects.find(({ metadata }) => metadata.name === "search-operator-lease")?.rules?.[1]?.resourceNames;
    expect([value("BNAS_LEASE_NAME"), value("BNAS_LEASE_NAMESPACE")]).toEqual(["search-operator", "bnas-system"]);
    expect(names).toEqual(["search-operator"]);
  });

  it("goes when there is no operator, and no pod has a token then", async () => {
    expect(roles(await render({ operator: { enabled: false } }))).toEqual([]);
  });
});

describe.skipIf(helmBinary === undefined)(`what people may do with searches${helmMissing}`, () => {
  const rolesOfPeople = async (values = {}) =>
    (await render(values)).filter(({ metadata }) => ofPeople.test(metadata.name));

  it("comes with the cluster's own roles: view reads them, edit and admin write them, and none writes a status", async () => {
    const given = await rolesOfPeople();
    const verbsOf = (role: string) =>
      given
        .filter(({ metadata }) => metadata.labels?.[`rbac.authorization.k8s.io/aggregate-to-${role}`] === "true")
        .flatMap(({ rules }) => rules ?? [])
        .flatMap(({ resources, verbs }) => verbs.map((verb) => `${resources?.join()} ${verb}`));
    const reads = ["get", "list", "watch"].map((verb) => `architecturesearches ${verb}`);
    const status = "architecturesearches/status get";
    expect(verbsOf("view")).toEqual([...reads, status]);
    const writes = ["create", "update", "patch", "delete", "deletecollection"];
    for (const role of ["edit", "admin"])
      expect(verbsOf(role)).toEqual([...reads, status, ...writes.map((verb) => `architecturesearches ${verb}`)]);
  });

  it("is left to the platform team when it says so, and goes with the CRD", async () => {
    expect(await rolesOfPeople({ crds: { aggregateRoles: false } })).toEqual([]);
    expect(await rolesOfPeople({ crds: { install: false } })).toEqual([]);
  });
});
