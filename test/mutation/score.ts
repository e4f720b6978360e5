import type { Mutant } from "./mutants.js";
import type { Report } from "./orders.js";

/** What became of a mutant. `equivalent`: no test could see it. `import`: met only while files are imported, and not tried. */
export type Fate = "killed" | "time-out" | "survived" | "no coverage" | "equivalent" | "import" | "untried";

/** A mutant that is listed as one that no test can see, and why. */
export type Equivalent = {
  readonly file: string;
  readonly was: string;
  readonly becomes: string;
  readonly why: string;
};

/** The fate of each mutant, by what the reports say. */
export function fatesOf(
  mutants: readonly Mutant[],
  reports: readonly Report[],
  isEquivalent: (mutant: Mutant) => boolean,
): ReadonlyMap<Mutant, Fate> {
  const [byTests, byHooks, byImports] = [new Set<number>(), new Set<number>(), new Set<number>()];
  const known = new Map<number, Fate>();
  for (const report of reports) {
    const met = { covered: byTests, outside: byHooks, imported: byImports };
    if ("mutants" in report) for (const id of report.mutants) met[report.kind].add(id);
    if (report.kind === "killed") known.set(report.mutant, report.isTimeOut ? "time-out" : "killed");
    if (report.kind === "survived") known.set(report.mutant, "survived");
  }
  const fateOf = (mutant: Mutant): Fate => {
    const fate = known.get(mutant.id);
    if (fate === "killed" || fate === "time-out") return fate;
    if (isEquivalent(mutant)) return "equivalent";
    if (fate !== undefined) return fate;
    if (byTests.has(mutant.id) || byHooks.has(mutant.id)) return "untried";
    return byImports.has(mutant.id) ? "import" : "no coverage";
  };
  return new Map(mutants.map((mutant) => [mutant, fateOf(mutant)]));
}

/** Killed of those that a test could have seen; what was not tried does not count. */
export function scoreOf(fates: Iterable<Fate>): { readonly killed: number; readonly of: number } {
  let [killed, of] = [0, 0];
  for (const fate of fates) {
    if (fate === "killed" || fate === "time-out") killed++;
    if (fate !== "equivalent" && fate !== "import" && fate !== "untried") of++;
  }
  return { killed, of };
}
