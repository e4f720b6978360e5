import { GROUP, PLURAL, VERSION } from "./resource-name.js";

// Where the API server keeps what. A namespace that is empty stands for all of them.

const within = (api: string, namespace: string, resource: string): string =>
  namespace === "" ? `${api}/${resource}` : `${api}/namespaces/${namespace}/${resource}`;

export const searchesPath = (namespace: string): string => within(`/apis/${GROUP}/${VERSION}`, namespace, PLURAL);
export const searchPath = (namespace: string, name: string): string => `${searchesPath(namespace)}/${name}`;
export const jobsPath = (namespace: string): string => within("/apis/batch/v1", namespace, "jobs");
export const jobPath = (namespace: string, name: string): string => `${jobsPath(namespace)}/${name}`;
export const podsPath = (namespace: string): string => within("/api/v1", namespace, "pods");
export const coreEventsPath = (namespace: string): string => within("/api/v1", namespace, "events");
export const eventsPath = (namespace: string): string => within("/apis/events.k8s.io/v1", namespace, "events");
export const leasesPath = (namespace: string): string => within("/apis/coordination.k8s.io/v1", namespace, "leases");
export const ACCESS_REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
