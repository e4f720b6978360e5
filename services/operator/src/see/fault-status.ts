import { isBnasError, isInvalidInput, sentence } from "@bnas/errors";
import { KubeFault } from "../kube/kube-fault.js";
import type { ArchitectureSearch, SearchStatus } from "../status/architecture-search.js";
import { Conditions } from "../status/condition-list.js";
import { unreachable } from "./mesh-client.js";
import type { CheckResult } from "./mesh-view.js";

/**
 * What the object is to say after a step of its plan failed: the status that it would have had, and why not.
 * @returns undefined when there is nothing to say: it is tried again, and what is wrong is not this object
 */
export const withFault = (
  object: ArchitectureSearch,
  status: SearchStatus,
  fault: unknown,
  now: number,
): SearchStatus | undefined => {
  const conditions = Conditions.of({ object, now }, status.conditions);
  const { conditions: _, ...fields } = status;
  if (fault instanceof KubeFault) {
    const verdict = verdictOn(fault);
    if (verdict === undefined) return undefined;
    if (verdict.is === "unknown") conditions.set("Running", verdict.reason, verdict.message);
    if (verdict.is === "bad") {
      conditions.set("Accepted", verdict.reason, verdict.message);
      conditions.set("Running", "NotAccepted", verdict.message);
    }
    return conditions.status(fields);
  }
  if (isInvalidInput(fault)) {
    conditions.set("DatasetReady", "Unreadable", fault.message);
    conditions.set("Running", "DatasetNotReady", fault.message);
    return conditions.status(fields);
  }
  if (!isBnasError(fault)) return undefined;
  const down = unreachable(fault) ?? { reason: "MeshRefused" as const, message: sentence(fault) };
  conditions.set("Running", down.reason, down.message);
  return conditions.status(fields);
};

/** What the refusal of a trainer's Job means; undefined for what passes by itself, or is not about the Job. */
export const verdictOn = ({
  status,
  message,
}: KubeFault): Exclude<CheckResult<"TrainersRefused">, { readonly is: "good" }> | undefined => {
  switch (status) {
    case 400:
    case 422:
      return { is: "bad", reason: "TrainersRefused", message };
    case 403:
      if (/exceeded quota/.test(message)) return { is: "unknown", reason: "QuotaExceeded", message };
      // The authorizer's words; admission, which refuses what is asked and not who asks, has others.
      return /cannot (create|patch|update|delete|list|watch|get) resource/.test(message)
        ? { is: "unknown", reason: "RightsMissing", message }
        : { is: "bad", reason: "TrainersRefused", message };
    case 500:
      return /failed calling webhook/.test(message) ? { is: "unknown", reason: "AdmissionDown", message } : undefined;
    default:
      return undefined;
  }
};
