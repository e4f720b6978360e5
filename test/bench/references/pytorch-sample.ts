import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { invalidInput } from "@bnas/errors";
import { parametersOf } from "@bnas/network";
import { type Candidates, mapEdges, type Network } from "@bnas/search";
import type { Cost } from "../gate/cost.js";
import { BATCH, type SmallNetwork } from "../inputs/small-network.js";

const program = fileURLToPath(new URL("sample.py", import.meta.url));

/** glibc gives pages back to the system at every step by default: its page faults would be counted as PyTorch's. */
const MEMORY = {
  MALLOC_MMAP_THRESHOLD_: "1073741824",
  MALLOC_TRIM_THRESHOLD_: "4294967296",
  MALLOC_TOP_PAD_: "268435456",
  OMP_NUM_THREADS: "1",
};

/**
 * The training step of the same sampled network in PyTorch, eager, one thread, in a process of its own.
 * @param python the interpreter, which has PyTorch
 * @param steps that one call takes
 * @throws InvalidInput where it has none, and RangeError where it makes another number of parameters of the network
 */
export const pytorchSample = async (
  small: SmallNetwork,
  python: string,
  steps: number,
): Promise<{ readonly cost: Cost; readonly close: () => void }> => {
  const child = spawn(python, [program], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...MEMORY } });
  let errors = "";
  child.stderr.on("data", (said) => {
    errors += String(said);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close").then(() => {
    const reason = errors.trim().split("\n").at(-1) ?? "";
    const hint = `It said: ${reason}. Install PyTorch (pip install torch), or name an interpreter that has it.`;
    throw invalidInput("BNAS_BENCH_PYTHON", python, "a Python that has PyTorch", hint);
  });
  // It is awaited only while an answer is: what it ends with at close is no error.
  ended.catch(() => {});
  const ask = async (line: string): Promise<string> => {
    const answer = once(lines, "line");
    child.stdin.write(`${line}\n`);
    const [said] = await Promise.race([answer, ended]);
    return String(said);
  };
  // Without a program of that name there is no process to write to; `ended` says so.
  child.stdin.on("error", () => {});

  const { parameters } = JSON.parse(await ask(JSON.stringify(described(small))));
  const own = parametersOf(small.spec, small.input, candidatesOf(small.network));
  const ours = own.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  if (parameters !== ours) throw new RangeError(`the network of PyTorch has ${parameters} parameters, ours ${ours}`);
  return { cost: async () => Number(await ask(String(steps))), close: () => void child.kill() };
};

const candidatesOf = (network: Network): Candidates => mapEdges(network, (operation) => [operation]);

/** The network as sample.py reads it: reduction cells, which double the channels, at 1/3 and 2/3 of the depth. */
const described = ({ spec, input, network }: SmallNetwork) => {
  const { cells, channels, partial } = spec.network;
  const reductions = [Math.floor(cells / 3), Math.floor((2 * cells) / 3)];
  const plans = Array.from({ length: cells }, (_, cell) => ({
    kind: reductions.includes(cell) ? "reduce" : "normal",
    channels: channels * 2 ** reductions.filter((reduction) => reduction <= cell).length,
    reducedBefore: reductions.includes(cell - 1),
  }));
  const { height, classes } = input;
  return { batch: BATCH, side: height, classes, stem: 3 * channels, partial, cells: plans, operations: network };
};
