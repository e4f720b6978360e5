import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { operatorPermissions } from "../src/kube/permissions.js";

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
};

describe("deploy/operator/rbac.yaml", () => {
  const text = readFileSync(new URL("../../../deploy/operator/rbac.yaml", import.meta.url), "utf8");
  const [role, lease] = parseAllDocuments(text).map(
    (document) => document.toJS() as { readonly kind: string; readonly rules: readonly Rule[] },
  );

  it("gives what the operator checks that it has, and no more", () => {
    const given = (role?.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} ${group}`)),
      ),
    );
    const asked = operatorPermissions.map(
      ({ verb, group, resource, subresource }) =>
        `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`} ${group}`,
    );
    expect(given.sort()).toEqual(asked.sort());
  });

  it("has no right over Secrets, nor any for all groups, resources or verbs", () => {
    const words = [...(role?.rules ?? []), ...(lease?.rules ?? [])].flatMap(({ apiGroups, resources, verbs }) => [
      ...apiGroups,
      ...resources,
      ...verbs,
    ]);
    expect(words).not.toContain("*");
    expect(words).not.toContain("secrets");
  });
});
