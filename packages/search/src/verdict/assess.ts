import type { Search } from "../life/search.js";
import { type Sureness, surenessOf } from "./sureness.js";
import { type KnownOfData, type Verdict, verdictOf } from "./verdict.js";

/** What a search is worth, and how sure it is of each edge; undefined where there is nothing to say. */
export type Assessment = { readonly verdict: Verdict | undefined; readonly sureness: Sureness | undefined };

/** The verdict on a search and its sureness. It takes about a second: the sureness is of 1,000 resamples. */
export const assess = (search: Search, known?: KnownOfData): Assessment => ({
  verdict: verdictOf(search, known),
  sureness: surenessOf(search),
});
