import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import type { KubeApi } from "../kube/kube-api.js";
import { isGone } from "../kube/kube-fault.js";
import { eventsPath, jobPath, searchPath } from "../kube/paths.js";
import { apiVersion, KIND } from "../kube/resource-name.js";
import type { Action } from "../plan/planned.js";
import type { Cluster } from "../see/cluster.js";
import type { MeshClient } from "../see/mesh-client.js";
import { type ArchitectureSearch, FINALIZER, type SearchStatus } from "../status/architecture-search.js";
import { searchIdOfObject } from "../status/search-id.js";
import { type TrainerPod, trainerJob } from "../trainer/trainer-job.js";

/** Do one step. Done twice it changes nothing: an operator that was stopped in the middle begins again. */
export const apply = async (
  action: Action,
  object: ArchitectureSearch,
  pod: TrainerPod | InvalidInput,
  {
    api,
    cluster,
    mesh,
    logger,
  }: { readonly api: KubeApi; readonly cluster: Cluster; readonly mesh: MeshClient; readonly logger: Logger },
): Promise<void> => {
  const { name, namespace, uid } = object.metadata;
  const searchId = searchIdOfObject(object);
  const path = searchPath(namespace, name);
  switch (action.do) {
    case "addFinalizer":
    case "removeFinalizer": {
      const finalizers = action.do === "addFinalizer" ? [FINALIZER] : [];
      // With its uid, so that an object that is gone is not made again.
      const metadata = { name, namespace, uid, finalizers };
      cluster.learn(await api.apply<ArchitectureSearch>(path, { apiVersion, kind: KIND, metadata }));
      break;
    }
    case "deleteObject":
      await remove(api, path, { preconditions: { uid } });
      break;
    case "createSearch":
      await mesh.create(searchId, action.spec, namespace);
      break;
    case "pauseSearch":
      await mesh.pause(searchId);
      break;
    case "resumeSearch":
      await mesh.resume(searchId);
      break;
    case "cancelSearch":
      await mesh.cancel(searchId, `its ArchitectureSearch ${namespace}/${name} was deleted`);
      break;
    case "deleteSearch":
      await mesh.delete(searchId);
      break;
    case "makeTrainer":
      if (isInvalidInput(pod)) throw pod;
      await api.apply(jobPath(namespace, action.name), trainerJob(object, pod, action));
      break;
    case "removeTrainer":
      // In the foreground: the Job, and with it its slot, stays until the pod has given its job back and its GPU is free.
      await remove(api, jobPath(namespace, action.name), { propagationPolicy: "Foreground" });
      break;
  }
  logger.info({ search: searchId, object: `${namespace}/${name}`, ...described(action) }, action.do);
};

/** What the operator says of an object, in one write. An object that is gone needs none. */
export const writeStatus = async (
  api: KubeApi,
  cluster: Cluster,
  { metadata: { name, namespace, uid } }: ArchitectureSearch,
  status: SearchStatus,
): Promise<void> => {
  const body = { apiVersion, kind: KIND, metadata: { name, namespace, uid }, status };
  try {
    cluster.learn(await api.apply<ArchitectureSearch>(`${searchPath(namespace, name)}/status`, body));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};

/** Events are a courtesy: one that cannot be written stops nothing. */
export const writeEvents = async (
  api: KubeApi,
  namespace: string,
  events: readonly object[],
  logger: Logger,
): Promise<void> => {
  for (const body of events) {
    await api
      .call({ method: "POST", path: eventsPath(namespace), body })
      .catch((error: unknown) => logger.warn({ err: error }, "cannot write an event"));
  }
};

const remove = async (api: KubeApi, path: string, options: object): Promise<void> => {
  const body = { apiVersion: "v1", kind: "DeleteOptions", ...options };
  await api.call({ method: "DELETE", path, body }).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
};

const described = (action: Action): object => {
  return action.do === "makeTrainer" || action.do === "removeTrainer" ? { trainer: action.name } : {};
};
