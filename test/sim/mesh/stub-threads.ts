import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@bnas/errors";
import type { TaskThread } from "@bnas/process";
import type { Genotype, Network, Stream } from "@bnas/search";
import { lossIn } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import type { EvaluatorThread } from "../../../services/evaluator/src/thread.js";
import { mergePass } from "../../../services/trainer/src/merge-pass.js";
import type { TrainerThread } from "../../../services/trainer/src/thread.js";
import { evaluate, trainEpoch, trainModel, trainSample } from "./engine.js";

// Tensor threads in which nothing is computed: they take a time that is drawn, and read and write real checkpoints.

type Tools = { readonly store: BlobStore; readonly drawn: Stream; readonly slowestMs: number };
type Options = { readonly signal: AbortSignal; readonly onStep?: ((step: never) => void) | undefined };

/** Run something as one task of a thread: one after another, in steps, until the signal aborts. */
const inThread = ({ drawn, slowestMs }: Tools) => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(options: Options, compute: () => Promise<Result>): Promise<Result & { readonly seconds: number }> => {
    const task = async () => {
      const begun = performance.now();
      const steps = 1 + drawn.below(3);
      for (let step = 1; step <= steps; step++) {
        await sleep(1 + (drawn.next() * slowestMs) / steps);
        if (options.signal.aborted) throw fault("CANCELLED", "stopped before it was done", "");
        options.onStep?.({ steps: step, images: step, loss: 1 } as never);
      }
      const result = await compute();
      return { ...result, seconds: Math.round(performance.now() - begun) / 1000 };
    };
    const turn = last.then(task);
    last = turn.catch(() => {});
    return turn;
  };
};

/** The thread of a trainer. The casts: the thread of a name answers with the result of that name. */
export const trainerThread = (tools: Tools): TaskThread<TrainerThread> => {
  const run = inThread(tools);
  const { store } = tools;
  const call = (name: keyof TrainerThread, task: never, options: Options): Promise<unknown> => {
    const { spec, fact, merge } = task as { spec: never; fact: never; merge: never };
    switch (name) {
      case "lossOf":
        return lossIn(store, task);
      case "epoch":
        return run(options, () => trainEpoch(store, spec, fact));
      case "sample":
        return run(options, () => trainSample(store, spec, fact));
      case "model":
        return run(options, () => trainModel(store, spec, fact));
      default:
        return run(options, () => mergePass({ merge }, { store }, { clock: () => performance.now() }));
    }
  };
  return { call: call as TaskThread<TrainerThread>["call"], close: async () => {} };
};

/** What its methods are asked, all together: each reads what is its own. */
type EvaluatorTask = {
  readonly checkpoint: string;
  readonly network: Network;
  readonly networks: readonly Network[];
  readonly genotype: Genotype;
};

/** The thread of an evaluator. */
export const evaluatorThread = (tools: Tools): TaskThread<EvaluatorThread> => {
  const run = inThread(tools);
  const { store } = tools;
  const call = async (name: keyof EvaluatorThread, task: never, options: Options): Promise<unknown> => {
    if (name === "lossOf") return lossIn(store, task);
    const { checkpoint, network, networks, genotype } = task as EvaluatorTask;
    const result = await run(options, async () => {
      if (name === "evaluate") return evaluate(store, checkpoint, network);
      if (name === "model") {
        const { correct, total: images } = await evaluate(store, checkpoint, genotype);
        return { correct, images, loss: 1 };
      }
      const all = [];
      for (const one of networks) all.push(await evaluate(store, checkpoint, one));
      return { correct: all.map(({ correct }) => correct), total: 100 };
    });
    const { seconds: _, ...answer } = result;
    return { result: answer };
  };
  return { call: call as TaskThread<EvaluatorThread>["call"], close: async () => {} };
};
