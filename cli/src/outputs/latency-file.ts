import { LARGEST_FILE, readInputText } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import type { DerivedOptions, InputShape, LatencyTable } from "@bnas/network";
import { z } from "zod";

const times = z.record(z.string(), z.int().min(0));
const whole = z.int().min(1);

/** What `bnas bench --latency --json FILE` writes. */
const tableSchema: z.ZodType<LatencyTable> = z.strictObject({
  engine: z.string(),
  network: z.strictObject({
    cells: whole,
    channels: whole,
    stem: z.enum(["cifar", "imagenet"]),
    binarize: z.enum(["none", "weights", "weights+activations"]),
  }),
  input: z.strictObject({ height: whole, width: whole, channels: whole, classes: whole }),
  runs: whole,
  base: z.int().min(0),
  cells: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(["normal", "reduce"]),
        channels: whole,
        base: z.int().min(0),
        operations: times,
        halving: times,
      }),
    )
    .min(1),
});

const HINT = "`bnas bench --latency --json FILE` measures one";

/**
 * A table of latencies for a network.
 * It rejects with InvalidInput when it cannot be read, or was measured on another network.
 */
export const readLatencyFile = async (
  path: string,
  network: Omit<DerivedOptions, "auxiliary">,
  input: InputShape,
): Promise<LatencyTable> => {
  const text = await readInputText(path, {
    field: "--latency",
    allowed: "a file with a table of latencies",
    hint: `${HINT}.`,
    mostBytes: LARGEST_FILE.table,
  });
  const table = tableOf(text, path);
  for (const [key, wanted] of Object.entries({ ...network, ...input })) {
    const found = Object.entries({ ...table.network, ...table.input }).find(([name]) => name === key)?.[1];
    if (found === wanted) continue;
    const hint = `It was measured with ${key} ${found}: ${HINT} of this network.`;
    throw invalidInput("--latency", path, `a table with ${key} ${wanted}`, hint);
  }
  return table;
};

const tableOf = (text: string, path: string): LatencyTable => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidInput("--latency", path, "a table of latencies in JSON", `${HINT}.`);
  }
  const parsed = tableSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw invalidInput("--latency", path, "a table of latencies", `${where}: ${issue?.message}; ${HINT}.`);
};
