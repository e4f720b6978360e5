import type { Observed } from "../see/observed.js";
import { FINALIZER } from "../status/architecture-search.js";
import { Conditions } from "../status/condition-list.js";
import { removeAll } from "../trainer/plan-trainers.js";
import type { Action, Plan } from "./planned.js";

/** Milliseconds that trainers are waited for; a pod of a lost node may never say that it is gone. */
const PATIENCE = 120_000;

/** The plan of an object that is being deleted: end the search, wait until no trainer writes, remove facts and blobs, let go. */
export const deletionPlan = (observed: Observed): Plan => {
  const { object, mesh, trainers, pods, now } = observed;
  if (!(object.metadata.finalizers ?? []).includes(FINALIZER)) return { actions: [] };
  const conditions = Conditions.of(observed);
  const leave: readonly Action[] = removeAll(trainers).remove.map((name) => ({ do: "removeTrainer", name }));
  const lives = mesh.kind === "present" && (mesh.state === "running" || mesh.state === "paused");
  const cancel: readonly Action[] = lives ? [{ do: "cancelSearch" }] : [];
  const planOf = (found: string, actions: readonly Action[], again: number): Plan => {
    conditions.set("Running", "Deleting", found);
    return { actions, status: conditions.status({ trainersWanted: 0 }), again };
  };
  if (mesh.kind === "unreachable") {
    const way = `kubectl patch bsearch ${object.metadata.name} --type=merge -p '{"metadata":{"finalizers":null}}'`;
    return planOf(`${mesh.message} To leave its facts and blobs where they are: ${way}`, leave, 10_000);
  }
  const waited = now - Date.parse(object.metadata.deletionTimestamp ?? "");
  if ((trainers.length > 0 || pods > 0) && waited < PATIENCE) {
    return planOf(leaving(Math.max(trainers.length, pods)), [...cancel, ...leave], 2000);
  }
  const remove: readonly Action[] = mesh.kind === "absent" ? [] : [{ do: "deleteSearch" }];
  return {
    ...planOf("Facts and blobs are being removed", [...cancel, ...leave, ...remove, { do: "removeFinalizer" }], 1000),
  };
};

const leaving = (trainers: number): string =>
  trainers === 1 ? "1 trainer is on its way out" : `${trainers} trainers are on their way out`;
