import type { Spec } from "@bnas/search";
import type { SearchStatus } from "../status/architecture-search.js";

/** The operator's settings of time, in seconds. */
export type PlanSettings = {
  readonly idleSeconds: number;
  readonly startSeconds: number;
  readonly stallSeconds: number;
};

/** One step towards what a manifest asks for. Every step may be done twice. */
export type Action =
  | { readonly do: "addFinalizer" | "removeFinalizer" | "deleteObject" }
  | { readonly do: "createSearch"; readonly spec: Spec }
  | { readonly do: "pauseSearch" | "resumeSearch" | "cancelSearch" | "deleteSearch" }
  | { readonly do: "makeTrainer"; readonly slot: number; readonly name: string }
  | { readonly do: "removeTrainer"; readonly name: string };

export type Plan = {
  /** In this order; the next only when the one before is done. */
  readonly actions: readonly Action[];
  /** What the object is to say once they are; undefined: what it says now. */
  readonly status?: SearchStatus;
  /** Look again after so many milliseconds, if nothing happens before. */
  readonly again?: number;
};
