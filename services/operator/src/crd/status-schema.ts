import { LONGEST_ARTIFACT_NAME, MOST_ARTIFACTS } from "../status/architecture-search.js";
import type { Structural } from "./structural.js";

const count = (description: string): Structural => ({ type: "integer", format: "int64", minimum: 0, description });
const time = (description: string): Structural => ({ type: "string", format: "date-time", description });
const text = (maxLength: number, description: string): Structural => ({ type: "string", maxLength, description });

/** Bounded, however long the search: its history is in the log, and `bnas watch`, `bnas ledger` and the console show it. */
export const statusSchema: Structural = {
  type: "object",
  properties: {
    observedGeneration: count("metadata.generation that this status is about."),
    searchId: text(63, "Name of the search in the mesh: `bnas get`, `bnas watch` and gRPC take it."),
    round: count("Rounds done; 0 while warming up."),
    rounds: count("Rounds in all; 0 for strategies that have none."),
    candidates: count("K: operations left on every edge."),
    bestAccuracy: text(16, "Best accuracy of a sample so far, from 0 to 1."),
    jobsDone: count("Training jobs that are done."),
    jobsTotal: count("Training jobs in all."),
    jobsOpen: count("Training jobs that are asked for and not answered: as many trainers can be busy."),
    gpuSecondsSpent: count("Seconds that trainers have trained, in all; spec.budget.gpuSeconds limits them."),
    trainers: count("Trainers that run."),
    trainersWanted: count("Trainers that have work now, within trainers.min and trainers.max."),
    surplusSince: time("Since when more trainers are there than have work; they go when it lasts."),
    sequence: count("The last fact that was seen."),
    progressTime: time("When a new fact was last seen."),
    endTime: time("When the search ended."),
    genotype: text(
      4096,
      "The answer, as the code of DARTS and PC-DARTS reads it. `bnas architecture` gives it in every form.",
    ),
    artifacts: {
      type: "array",
      maxItems: MOST_ARTIFACTS,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      description: `What the search leaves, as it was listed when it ended; the first ${MOST_ARTIFACTS}. \`bnas artifacts\` lists all and brings them home.`,
      items: {
        type: "object",
        required: ["name", "bytes", "sha256"],
        properties: {
          name: text(LONGEST_ARTIFACT_NAME, "What `bnas artifacts --get` takes: report.html, model/config.json."),
          bytes: count("Its size."),
          sha256: text(64, "Of its bytes, in hex."),
        },
      },
    },
    conditions: {
      type: "array",
      maxItems: 16,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["type"],
      items: {
        type: "object",
        required: ["type", "status", "reason", "message", "lastTransitionTime"],
        properties: {
          type: text(64, "Accepted, DatasetReady, Running, Suspended, Succeeded, Failed or Meaningful."),
          status: { type: "string", enum: ["True", "False", "Unknown"] },
          reason: text(64, "One word; docs/cluster/conditions.md lists them."),
          message: text(1024, "What was found, and what to do next."),
          observedGeneration: count("metadata.generation that the condition is about."),
          lastTransitionTime: time("When the status of the condition last changed."),
        },
      },
    },
  },
};
