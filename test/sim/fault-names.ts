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
