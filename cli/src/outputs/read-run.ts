import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LARGEST_FILE, readInputText } from "@bnas/disk";
import { invalidInput, isInvalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";
import type { Latency, RunSource, VariantCost } from "@bnas/report";
import { searchIdOf } from "@bnas/search";
import { z } from "zod";

/** Whether there is a folder of this name. */
export const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/**
 * The run in a folder: its facts, and what its summary.json has counted and measured.
 * It rejects with InvalidInput for a folder that is none of a run, with DAMAGED for facts that are not as they were written.
 */
export const readRun = async (folder: string): Promise<RunSource> => {
  const path = join(folder, "facts.jsonl");
  const facts = await readInputText(path, {
    field: "RUN",
    allowed: "the folder of a run, with its facts.jsonl",
    hint: "`bnas search`, `bnas train` and `bnas artifacts --all` leave such a folder; --server or --kube takes searches of a mesh by their id.",
    mostBytes: LARGEST_FILE.facts,
    keepsDamage: true,
  }).catch((error: unknown) => {
    throw isInvalidInput(error) ? error.with({ value: folder }) : error;
  });
  const place = join(folder, "summary.json");
  const isThere = await stat(place).catch(() => undefined);
  const summary =
    isThere &&
    (await readInputText(place, {
      field: "RUN",
      allowed: "a summary.json that can be read",
      hint: "check its permissions.",
      mostBytes: LARGEST_FILE.table,
    }));
  return runOf(folder, { facts, summary }, { facts: path, summary: place });
};

/**
 * A run of the texts of its files. @param places how errors call them
 * @throws InvalidInput for files that are none of one run, DAMAGED for facts that are not as they were written
 */
export const runOf = (
  name: string,
  { facts: text, summary }: { readonly facts: string; readonly summary: string | undefined },
  places: { readonly facts: string; readonly summary: string },
): RunSource => {
  const { facts } = parseFactsFile(text, places.facts);
  const ids = [...new Set(facts.map(({ subject }) => searchIdOf(subject)))];
  const [searchId] = ids;
  if (searchId === undefined || ids.length > 1 || facts[0]?.fact.kind !== "search.opened") {
    const found =
      ids.length === 0 ? "no facts" : ids.length === 1 ? "facts without a beginning" : `${ids.length} searches`;
    const hint = "`bnas facts ID --out FOLDER/facts.jsonl` leaves the facts of one search.";
    throw invalidInput(["RUN", places.facts], found, "the facts of one search, from its beginning", hint);
  }
  return { name, searchId, facts, ...figuresOf(summary, places.summary) };
};

type Figures = Pick<RunSource, "costs" | "latency">;

const figuresOf = (text: string | undefined, place: string): Figures => {
  if (text === undefined) return { costs: undefined, latency: null };
  const hint = "Take it away to compare without costs and latency, or `bnas search --resume` to write it again.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidInput(["RUN", place], `${text.length} characters`, "JSON", hint);
  }
  const parsed = summarySchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = (issue?.path ?? []).map((key) => (typeof key === "symbol" ? String(key) : key));
    throw invalidInput(["RUN", place, ...where], "another value", issue?.message ?? "a summary", hint);
  }
  const { costs, latency } = parsed.data;
  return { costs: costs ?? undefined, latency: latency ?? null };
};

const figure = z.number().min(0);

const costSchema: z.ZodType<VariantCost> = z.object({
  variant: z.enum(["answer", "random", "full-precision", "published"]),
  networks: z.int().min(1),
  parameters: figure,
  oneBitParameters: figure,
  bits: figure,
  oneBitOperations: figure,
  floatOperations: figure,
});

const latencySchema: z.ZodType<Latency> = z.object({
  milliseconds: z.object({ median: figure, least: figure }),
  runs: z.int().min(1),
  runtime: z.string(),
  machine: z.string(),
});

/** Of a summary.json what a comparison reads. Older ones have neither. */
const summarySchema = z.object({ costs: z.array(costSchema).nullish(), latency: latencySchema.nullish() });
