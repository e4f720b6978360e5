import { parseSpec } from "@bnas/search";
import type { Plan, PlanSettings } from "../src/plan/planned.js";
import type { MeshSearch, MeshView, SearchProgress } from "../src/see/mesh-view.js";
import type { Observed } from "../src/see/observed.js";
import type { ArchitectureSearch, Condition, SearchStatus } from "../src/status/architecture-search.js";
import type { ConditionType } from "../src/status/conditions.js";
import type { Trainer } from "../src/trainer/trainer-state.js";

// What tests begin with: an object that was applied an hour ago, whose search runs as it should. Each test changes what it is about.

export const now = Date.parse("2026-11-25T12:00:00.000Z");
export const settings: PlanSettings = { idleSeconds: 60, startSeconds: 30, stallSeconds: 900 };
export const template = "todays";

export const anObject = (
  change: { readonly metadata?: object; readonly spec?: object; readonly status?: SearchStatus } = {},
): ArchitectureSearch => ({
  metadata: {
    name: "first",
    namespace: "research",
    uid: "0a1b2c3d-0000-4000-8000-000000000000",
    generation: 1,
    creationTimestamp: "2026-11-25T11:00:00Z",
    finalizers: ["bnas.dev/search"],
    ...change.metadata,
  },
  spec: { dataset: "shapes:", preset: "smoke", trainers: { min: 0, max: 4 }, suspend: false, ...change.spec },
  ...(change.status === undefined ? {} : { status: change.status }),
});

export const progress = (change: Partial<SearchProgress> = {}): SearchProgress => ({
  round: 2,
  rounds: 7,
  candidates: 6,
  bestAccuracy: 0.5,
  jobsDone: 10,
  jobsTotal: 100,
  jobsOpen: 3,
  trainedSeconds: 1000,
  sequence: 50,
  ...change,
});

export const running = (change: Partial<MeshSearch> = {}): MeshView => ({
  kind: "present",
  state: "running",
  message: "",
  progress: progress(),
  ...change,
});

export const trainer = (slot: number, change: Partial<Trainer> = {}): Trainer => ({
  name: `first-0a1b2c3d-${slot}`,
  slot,
  template,
  state: "running",
  since: now - 600_000,
  ...change,
});

export const observed = (change: Partial<Observed> = {}): Observed => ({
  object: anObject(),
  spec: parseSpec({ preset: "smoke", dedicated: true }),
  mesh: running(),
  trainers: [],
  template,
  pods: 0,
  share: 4,
  free: Number.POSITIVE_INFINITY,
  permissionsMissing: [],
  now,
  ...change,
});

/** What a plan does, in words: `makeTrainer 0`. */
export const steps = ({ actions }: Plan): readonly string[] =>
  actions.map((action) => {
    if (action.do === "makeTrainer") return `makeTrainer ${action.slot}`;
    return action.do === "removeTrainer" ? `removeTrainer ${slotOf(action.name)}` : action.do;
  });

export const said = (plan: Plan, type: ConditionType): Condition => {
  const condition = plan.status?.conditions?.find((one) => one.type === type);
  if (condition === undefined) throw new Error(`the plan says nothing of ${type}`);
  return condition;
};

/** Of the Jobs that trainer() makes. */
const slotOf = (name: string) => name.split("-").at(2);
