import { dataset } from "@bnas/dataset";
import { type EvaluatorAlone, evaluatorAlone } from "@bnas/evaluator";
import type { ServiceTools } from "@bnas/process";
import { type TrainerAlone, trainerAlone } from "@bnas/trainer";
import type { EngineFlags } from "../reach/setting-flags.js";

/** What does jobs again, outside of any log. */
type Computing = {
  readonly trainer: TrainerAlone;
  readonly evaluator: EvaluatorAlone;
  close(): Promise<void>;
};

export type ComputeOptions = EngineFlags & { readonly datasetCache?: string; readonly tools: ServiceTools };

/** Start a trainer and an evaluator that take no jobs, and the data for them; each loads its engine with its first job. */
export const startComputing = async (store: string, { tools, ...flags }: ComputeOptions): Promise<Computing> => {
  const listen = "127.0.0.1:0";
  const { engine, engineDir, gpuFallback, operations, datasetCache } = flags;
  const cache = datasetCache === undefined ? {} : { datasetCache };
  const data = await dataset.start(dataset.config.parse({ ...cache, listen, dataRoot: "/" }), tools);
  const config = { engine, engineDir, gpuFallback, operations, listen, log: "memory:", store, dataset: data.address };
  const trainer = trainerAlone(config, tools);
  const evaluator = evaluatorAlone(config, tools);
  return {
    trainer,
    evaluator,
    async close() {
      await Promise.all([trainer.close(), evaluator.close()]);
      await data.drain();
    },
  };
};
