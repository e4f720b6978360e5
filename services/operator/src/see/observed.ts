import type { InvalidInput } from "@bnas/errors";
import type { Spec } from "@bnas/search";
import type { ArchitectureSearch } from "../status/architecture-search.js";
import type { Trainer } from "../trainer/trainer-state.js";
import type { MeshView, Preflight } from "./mesh-view.js";

/** All that is known of one object and its search at one moment. */
export type Observed = {
  readonly object: ArchitectureSearch;
  /** Complete; or why there is none. */
  readonly spec: Spec | InvalidInput;
  readonly mesh: MeshView;
  /** Asked only of a search that is not opened yet. */
  readonly preflight?: Preflight;
  readonly trainers: readonly Trainer[];
  /** What the pod of a trainer must look like; or why the manifest's image is not allowed. */
  readonly template: string | InvalidInput;
  /** Pods of the search that are still there, terminating ones too. */
  readonly pods: number;
  /** Trainers that the operator's limit leaves it, and those that may still be made in all. */
  readonly share: number;
  readonly free: number;
  /** Permissions that the operator lacks: `create jobs.batch`. */
  readonly permissionsMissing: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
};
