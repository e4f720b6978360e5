import { isInvalidInput } from "@bnas/errors";
import type { MeshSearch, MeshView } from "../see/mesh-view.js";
import type { Observed } from "../see/observed.js";
import { progressFields } from "../see/progress-status.js";
import { boundsOf, FINALIZER } from "../status/architecture-search.js";
import { Conditions } from "../status/condition-list.js";
import { jobNameOf, searchIdOfObject } from "../status/search-id.js";
import { isLive, planTrainers, removeAll, type TrainersPlan } from "../trainer/plan-trainers.js";
import type { Trainer } from "../trainer/trainer-state.js";
import { deletionPlan } from "./plan-deletion.js";
import { settle } from "./plan-end.js";
import type { Action, Plan, PlanSettings } from "./planned.js";
import { tellRunning } from "./tell-running.js";
import { tellSetAside } from "./tell-set-aside.js";
import { wantedTrainers } from "./wanted-trainers.js";

/** The whole policy of the operator: what is to be done, and what to say of it. Nothing else decides. */
export const plan = (observed: Observed, settings: PlanSettings): Plan => {
  const { object, mesh } = observed;
  if (object.metadata.deletionTimestamp !== undefined) return deletionPlan(observed);
  if (!(object.metadata.finalizers ?? []).includes(FINALIZER)) {
    // Before anything is opened or made, so that nothing is left behind.
    return { actions: [{ do: "addFinalizer" }] };
  }
  switch (mesh.kind) {
    case "settled":
      return settle(observed, undefined);
    case "unreachable":
      return unreachable(observed, mesh);
    case "absent":
      return absent(observed);
    case "present":
      return mesh.state === "running" || mesh.state === "paused"
        ? live(observed, mesh, settings)
        : settle(observed, mesh);
  }
};

/** Existing trainers continue: what they train does not depend on whether we can ask. */
const unreachable = (observed: Observed, mesh: Extract<MeshView, { kind: "unreachable" }>): Plan => {
  const conditions = Conditions.of(observed);
  conditions.expect("Accepted", "NotChecked");
  conditions.expect("DatasetReady", "NotChecked");
  conditions.set("Running", mesh.reason, mesh.message);
  return { actions: [], status: conditions.status({ trainers: running(observed.trainers) }), again: 10_000 };
};

/** Not opened yet: check everything that can be checked before a GPU is asked for, then open it. */
const absent = (observed: Observed): Plan => {
  const { object, spec, template, preflight, trainers, permissionsMissing } = observed;
  const conditions = Conditions.of(observed);
  const seen = object.status?.sequence !== undefined;
  const stop = removeTrainers(removeAll(trainers));
  const planOf = (again: number, actions: readonly Action[] = []): Plan => ({
    actions: [...stop, ...actions],
    status: conditions.status({ searchId: searchIdOfObject(object), trainers: running(trainers) }),
    again,
  });
  if (seen) {
    conditions.set("Failed", "FactsLost", `The log has no facts of search ${searchIdOfObject(object)} any more.`);
    conditions.set("Running", "Failed", "It has failed: its facts are gone.");
    return planOf(60_000);
  }
  if (permissionsMissing.length > 0) {
    conditions.set("Running", "RightsMissing", `The operator may not ${permissionsMissing.join(", ")}.`);
    return planOf(60_000);
  }
  const refused = isInvalidInput(spec) ? spec : isInvalidInput(template) ? template : undefined;
  if (refused !== undefined) {
    conditions.set("Accepted", refused === spec ? "InvalidSpec" : "ImageNotAllowed", refused.message);
    conditions.expect("DatasetReady", "NotChecked");
    conditions.set("Running", "NotAccepted", refused.message);
    return planOf(3_600_000);
  }
  if (preflight === undefined || isInvalidInput(spec)) return planOf(1000);

  const found = [preflight.trainers, preflight.dataset];
  if (preflight.trainers.is === "good") conditions.set("Accepted", "Valid", "");
  else if (preflight.trainers.is === "bad") conditions.set("Accepted", "TrainersRefused", preflight.trainers.message);
  else conditions.set("Accepted", "NotChecked", preflight.trainers.message);
  if (preflight.dataset.is === "good") conditions.set("DatasetReady", "Readable", "");
  else if (preflight.dataset.is === "bad") conditions.set("DatasetReady", "Unreadable", preflight.dataset.message);
  else conditions.set("DatasetReady", "NotChecked", preflight.dataset.message);

  const unknown = found.find((verdict) => verdict.is === "unknown");
  if (unknown !== undefined) {
    conditions.set("Running", unknown.reason, unknown.message);
    return planOf(10_000);
  }
  const bad = found.find((verdict) => verdict.is === "bad");
  if (bad !== undefined) {
    conditions.set("Running", bad.reason === "Unreadable" ? "DatasetNotReady" : "NotAccepted", bad.message);
    return planOf(60_000);
  }
  if (object.spec.suspend === true) {
    conditions.set("Suspended", "BySpec", "It is not opened yet.");
    conditions.set("Running", "Suspended", "spec.suspend is true; it is not opened yet.");
    return planOf(3_600_000);
  }
  conditions.set("Suspended", "NotSuspended", "");
  conditions.set("Running", "Starting", "The search is being opened.");
  return planOf(200, [{ do: "createSearch", spec }]);
};

const live = (observed: Observed, search: MeshSearch, settings: PlanSettings): Plan => {
  const { object, trainers, template, now } = observed;
  const conditions = Conditions.of(observed);
  tellSetAside(conditions, search);
  const { min, max } = boundsOf(object);
  conditions.set("Accepted", "Valid", "");
  conditions.set("DatasetReady", "Readable", "");

  const pausedByUs = conditions.reason("Suspended") === "BySpec";
  const suspend = object.spec.suspend === true;
  if (suspend || (search.state === "paused" && !pausedByUs)) {
    conditions.set("Suspended", suspend ? "BySpec" : "ByClient", "");
    conditions.set("Running", "Suspended", suspend ? "spec.suspend is true." : "A client paused it through the API.");
    return {
      actions: [
        ...(search.state === "running" ? [{ do: "pauseSearch" } as const] : []),
        ...removeTrainers(removeAll(trainers)),
      ],
      status: conditions.status({
        ...progressFields(observed, search.progress),
        trainers: running(trainers),
        trainersWanted: 0,
        surplusSince: undefined,
      }),
    };
  }
  conditions.set("Suspended", "NotSuspended", "");

  // A manifest that was changed to an image that is not allowed keeps the trainers that it has.
  const wanted = wantedTrainers(search.progress, { min, max, startSeconds: settings.startSeconds });
  const active = trainers.filter(isLive).length;
  const surplusSince = active <= wanted ? undefined : (object.status?.surplusSince ?? new Date(now).toISOString());
  const surplusMs = surplusSince === undefined ? 0 : now - Date.parse(surplusSince);
  const surplusLasts = surplusSince !== undefined && surplusMs >= settings.idleSeconds * 1000;
  const { make, remove } = isInvalidInput(template)
    ? { make: [], remove: [] }
    : planTrainers({
        trainers,
        template,
        wanted,
        min,
        max,
        share: observed.share,
        free: observed.free,
        jobsOpen: search.progress.jobsOpen,
        surplusLasts,
        now,
      });
  if (isInvalidInput(template)) conditions.set("Accepted", "ImageNotAllowed", template.message);
  const progress = progressFields(observed, search.progress);
  const again = tellRunning(conditions, { observed, search, wanted, progressTime: progress.progressTime, settings });
  const surplusAgain = surplusSince === undefined || surplusLasts ? [] : [settings.idleSeconds * 1000 - surplusMs];
  return {
    actions: [
      ...(search.state === "paused" ? [{ do: "resumeSearch" } as const] : []),
      ...removeTrainers({ make: [], remove }),
      ...make.map(
        (slot) => ({ do: "makeTrainer", slot, name: jobNameOf(searchIdOfObject(object), slot, now) }) as const,
      ),
    ],
    status: conditions.status({ ...progress, trainers: running(trainers), trainersWanted: wanted, surplusSince }),
    again: Math.min(again, ...surplusAgain),
  };
};

const running = (trainers: readonly Trainer[]): number => trainers.filter(({ state }) => state === "running").length;

const removeTrainers = ({ remove }: TrainersPlan): readonly Action[] =>
  remove.map((name) => ({ do: "removeTrainer", name }));
