import type { KubeApi } from "./kube-api.js";
import { ACCESS_REVIEW_PATH } from "./paths.js";

type Permission = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
};

const of = (group: string, resource: string, verbs: readonly string[], subresource?: string): readonly Permission[] =>
  verbs.map((verb) => ({ verb, group, resource, ...(subresource === undefined ? {} : { subresource }) }));

/** The permissions that the operator needs in a namespace that it serves; deploy/operator/rbac.yaml gives these and no others. */
export const operatorPermissions: readonly Permission[] = [
  ...of("bnas.dev", "architecturesearches", ["list", "watch", "patch", "delete"]),
  ...of("bnas.dev", "architecturesearches", ["patch"], "status"),
  ...of("bnas.dev", "architecturesearches", ["update"], "finalizers"),
  ...of("batch", "jobs", ["list", "watch", "create", "patch", "delete"]),
  ...of("", "pods", ["list", "watch"]),
  ...of("", "events", ["list"]),
  ...of("events.k8s.io", "events", ["create"]),
];

/** The permissions that the operator lacks in a namespace ("" is all), such as `create jobs.batch`. */
export const permissionsMissing = async (api: KubeApi, namespace: string): Promise<readonly string[]> => {
  const asked = await Promise.all(
    operatorPermissions.map(async (permission) => {
      const body = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { ...permission, ...(namespace === "" ? {} : { namespace }) } },
      };
      const { status } = await api.call<{ readonly status: { readonly allowed: boolean } }>({
        method: "POST",
        path: ACCESS_REVIEW_PATH,
        body,
      });
      return { permission, allowed: status.allowed };
    }),
  );
  return asked
    .filter(({ allowed }) => !allowed)
    .map(({ permission }) => `${inWords(permission)}${namespace === "" ? "" : ` in ${namespace}`}`);
};

const inWords = ({ verb, group, resource, subresource }: Permission): string =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
