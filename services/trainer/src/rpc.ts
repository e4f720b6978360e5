import type { Trainer, TrainerServiceImplementation } from "@bnas/proto";
import type { JobInHand } from "./job-in-hand.js";
import type { EngineDescription } from "./thread.js";

/** TrainerService: what this trainer is and what it does now. */
export const trainerRpc = (engine: EngineDescription, inHand: JobInHand): TrainerServiceImplementation => ({
  async getTrainer(): Promise<Trainer> {
    return {
      engine: engine.name,
      engineDigest: engine.digest,
      engineVersions: engine.versions,
      memoryLimitBytes: engine.memoryLimit ?? 0,
      ...inHand.get(),
    };
  },
});
