import { apiVersion, KIND } from "../kube/resource-name.js";
import type { ArchitectureSearch, Condition, SearchStatus } from "./architecture-search.js";

/** Conditions whose change is an event, for `kubectl describe` and readers of events. */
const announced = [
  "Accepted",
  "DatasetReady",
  "Running",
  "Suspended",
  "Succeeded",
  "Failed",
  "Meaningful",
  "FactsReadable",
];

/** Reasons that come and go while all is well. */
const quiet = new Set(["NotChecked", "NoWork", "NotSuspended", "NotSucceeded", "NotFailed", "NoAnswer"]);
/** Reasons of Running that another condition tells better. */
const elsewhere = new Set(["NotAccepted", "DatasetNotReady", "Suspended", "Succeeded", "Failed"]);
const wellDone = new Set([
  "Valid",
  "Readable",
  "Training",
  "Starting",
  "Suspended",
  "BySpec",
  "ByClient",
  "Finished",
  "BudgetSpent",
  "Sound",
  "AllRead",
  "Deleting",
  "QueueWaiting",
  "ShareWaiting",
]);

/** Longest note that the API server takes. */
const LONGEST_NOTE = 1000;

/** An Event (events.k8s.io/v1) for every condition that has another reason than before. */
export const transitionEvents = (
  object: ArchitectureSearch,
  after: SearchStatus,
  by: { readonly identity: string; readonly now: Date },
): readonly object[] =>
  (after.conditions ?? [])
    .filter(({ type, reason }) => announced.includes(type) && !quiet.has(reason))
    .filter(({ type, reason }) => !(type === "Running" && elsewhere.has(reason)))
    .filter(({ type, reason }) => object.status?.conditions?.find((one) => one.type === type)?.reason !== reason)
    .map((condition) => eventOf(object, condition, by));

const eventOf = (
  { metadata: { name, namespace, uid } }: ArchitectureSearch,
  { reason, message }: Condition,
  { identity, now }: { readonly identity: string; readonly now: Date },
): object => ({
  apiVersion: "events.k8s.io/v1",
  kind: "Event",
  metadata: { generateName: `${name.slice(0, 50)}-`, namespace },
  regarding: { apiVersion, kind: KIND, name, namespace, uid },
  type: wellDone.has(reason) ? "Normal" : "Warning",
  reason,
  note: message.length > LONGEST_NOTE ? `${message.slice(0, LONGEST_NOTE - 3)}...` : message,
  action: "Reconcile",
  eventTime: now.toISOString().replace("Z", "000Z"),
  reportingController: "bnas.dev/operator",
  reportingInstance: identity.slice(0, 128),
});
