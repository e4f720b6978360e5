export { failSearch } from "./fail-search.js";
export type { Jobs, Work } from "./jobs.js";
export { LocalJobs } from "./local-jobs.js";
export { defaultRetryPolicy, type RetryPolicy, retryDelay } from "./retry.js";
export { TracedJobs } from "./traced-jobs.js";
