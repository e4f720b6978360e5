import { dataset } from "@bnas/dataset";
import type { ServiceTools } from "@bnas/process";
import { type TrainerAlone, trainerAlone } from "@bnas/trainer";
import type { EngineFlags } from "../reach/setting-flags.js";

/** What does jobs again, outside of any log. */
type Computing = {
  readonly trainer: TrainerAlone;
  close(): Promise<void>;
};

export type ComputeOptions = EngineFlags & { readonly datasetCache?: string; readonly tools: ServiceTools };

/** Start a trainer that takes no jobs, and the data for it; it loads its engine with the first job. */
export const startComputing = async (store: string, { tools, ...flags }: ComputeOptions): Promise<Computing> => {
  const listen = "127.0.0.1:0";
  const { engine, engineDir, gpuFallback, operations, datasetCache } = flags;
  const cache = datasetCache === undefined ? {} : { datasetCache };
  const data = await dataset.start(dataset.config.parse({ ...cache, listen, dataRoot: "/" }), tools);
  const config = { engine, engineDir, gpuFallback, operations, listen, log: "memory:", store, dataset: data.address };
  const trainer = trainerAlone(config, tools);
  return {
    trainer,
    async close() {
      await trainer.close();
      await data.drain();
    },
  };
};
