/** What may happen to a mesh in a run (faults.ts does it). */
export const FAULT_NAMES = [
  "kill",
  "kill at a message",
  "drain",
  "hold",
  "cut",
  "clock jump",
  "weather",
  "server killed",
  "power cut",
  "power cut of the server",
  "blob lost",
  "blob altered",
  "garbage",
  "newer version",
  "forged answer",
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** Those that a mesh does not stand yet (docs/robustness.md): only when asked for. */
const NOT_YET: readonly FaultName[] = ["forged answer"];

export const FAULTS_OF_RUNS: readonly FaultName[] = FAULT_NAMES.filter((name) => !NOT_YET.includes(name));
