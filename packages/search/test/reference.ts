import { darts, type Fact, type Operation } from "../src/index.js";

/** What Algorithm 1 decides in a round, on edges 0 to 13 of the normal cell and 14 to 27 of the reduction cell. */
type ReferenceRound = {
  small: Operation[][];
  scores: Map<Operation, number>[];
  likelihoods: Map<Operation, number>[];
  abandoned: Operation[];
};
export type Reference = { rounds: ReferenceRound[]; normal: [Operation, number][]; reduce: [Operation, number][] };

/** Where a job starts and its number; of a merge, which has no number, what it is made of. */
export type ReferenceJob = { from: string | null; job?: number; parts?: { checkpoint: string; images: number }[] };

/**
 * The order of updates as a program would have it that trains by itself: where every job starts, by the name of its fact. It
 * walks the loops of Algorithm 1 (lines 1, 2, 4, 5 and 14) and takes the checkpoint of each job from what was recorded.
 */
export function orderOfUpdates(facts: readonly Fact[]): Map<string, ReferenceJob> {
  const came = new Map<string, { checkpoint: string; images: number }>();
  let spec: Extract<Fact, { kind: "search.opened" }>["spec"] | undefined;
  for (const f of facts) {
    if (f.kind === "search.opened") spec = f.spec;
    if (f.kind === "epoch.trained") came.set(f.stage === "warmup" ? `w${f.epoch}` : `${f.round}v${f.epoch}`, f);
    if (f.kind === "sample.trained") came.set(`${f.round}.${f.pass}.${f.sample}`, f);
    if (f.kind === "pass.merged") came.set(`${f.round}.${f.pass}`, { checkpoint: f.checkpoint, images: 0 });
  }
  if (spec === undefined) throw new Error("not opened");
  const of = (name: string) => {
    const found = came.get(name);
    if (found === undefined) throw new Error(`${name} did not come`);
    return found;
  };

  const jobs = new Map<string, ReferenceJob>();
  let now: string | null = null;
  let job = 0;
  for (let e = 1; e <= spec.warmup.epochs; e++) {
    jobs.set(`w${e}`, { from: now, job: job++ });
    now = of(`w${e}`).checkpoint;
  }
  for (let K = 8, r = 1; K > 1; K--, r++) {
    const together = spec.parallel > 1 || spec.protocol === "fair";
    for (let t = 1; t <= spec.reduction.passes; t++) {
      const first: string | null = now;
      const parts: { checkpoint: string; images: number }[] = [];
      for (let e = 1; e <= (spec.sample === "half" ? Math.floor((K + 1) / 2) : K); e++) {
        jobs.set(`${r}.${t}.${e}`, { from: together ? first : now, job: job++ });
        const { checkpoint, images } = of(`${r}.${t}.${e}`);
        now = checkpoint;
        parts.push({ checkpoint, images });
      }
      if (together) {
        jobs.set(`${r}.${t}`, { from: first, parts });
        now = of(`${r}.${t}`).checkpoint;
      }
    }
    for (let v = 1; K > 2 && v <= spec.reduction.settleEpochs; v++) {
      jobs.set(`${r}v${v}`, { from: now, job: job++ });
      now = of(`${r}v${v}`).checkpoint;
    }
  }
  return jobs;
}

/**
 * Algorithm 1 of the paper, line by line, over what a search recorded: its strengths, its sampled networks and their accuracies.
 * It shares nothing with src but the names of the operations, knows no state and no events, and is slow.
 */
export function algorithm1(facts: readonly Fact[]): Reference {
  let half = true;
  let passes = 0;
  const alphas = new Map<string, number[][]>();
  const samples = new Map<string, { network: Operation[]; correct: number; total: number }>();
  for (const f of facts) {
    if (f.kind === "search.opened") {
      half = f.spec.sample === "half";
      passes = f.spec.reduction.passes;
    }
    if (f.kind === "epoch.trained") {
      const table = [...(f.alpha.normal ?? []), ...(f.alpha.reduce ?? [])].map((edge) =>
        darts.operations.map((o) => edge[o] ?? Number.NaN),
      );
      alphas.set(f.stage === "warmup" ? `0.${f.epoch}` : `${f.round}.${f.epoch}`, table);
    }
    if (f.kind === "sample.requested") {
      const key = `${f.round}.${f.pass}.${f.sample}`;
      samples.set(key, {
        network: [...(f.network.normal ?? []), ...(f.network.reduce ?? [])],
        correct: Number.NaN,
        total: Number.NaN,
      });
    }
  }
  for (const f of facts) {
    if (f.kind !== "sample.evaluated") continue;
    const s = samples.get(`${f.round}.${f.pass}.${f.sample}`);
    if (s === undefined) throw new Error("an evaluation of no sample");
    s.correct = f.correct;
    s.total = f.total;
  }

  const left: Set<number>[] = Array.from({ length: 28 }, () => new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  const s: number[][] = Array.from({ length: 28 }, () => [0, 0, 0, 0, 0, 0, 0, 0]);
  const rounds: ReferenceRound[] = [];

  for (let K = 8, r = 1; K > 1; K--, r++) {
    // The strengths of the last epoch before this round.
    let alpha: number[][] | undefined;
    for (const [key, table] of alphas) {
      const [round = 0] = key.split(".").map(Number);
      if (round < r) alpha = table;
    }
    if (alpha === undefined) throw new Error("no strengths");
    const n = half ? Math.floor((K + 1) / 2) : K;
    const result: ReferenceRound = { small: [], scores: [], likelihoods: [], abandoned: [] };

    for (let e = 0; e < 28; e++) {
      // Line 3, by counting: an operation is in O_small when fewer than n others come before it.
      const small: number[] = [];
      for (const k of left[e] ?? []) {
        let before = 0;
        for (const j of left[e] ?? []) {
          const a = alpha[e]?.[j] ?? Number.NaN;
          const b = alpha[e]?.[k] ?? Number.NaN;
          if (a < b || (a === b && j < k)) before++;
        }
        if (before < n) small.push(k);
      }

      // Lines 4 to 9.
      const right = new Map<number, number>();
      const asked = new Map<number, number>();
      for (let t = 1; t <= passes; t++) {
        const drawn = new Set<number>();
        for (let i = 1; i <= n; i++) {
          const sample = samples.get(`${r}.${t}.${i}`);
          const operation = sample?.network[e];
          if (sample === undefined || operation === undefined) throw new Error(`no sample ${r}.${t}.${i}`);
          const k = darts.operations.indexOf(operation);
          if (drawn.has(k) || !small.includes(k)) throw new Error("drawn with replacement, or not from O_small");
          drawn.add(k);
          right.set(k, (right.get(k) ?? 0) + sample.correct);
          asked.set(k, (asked.get(k) ?? 0) + sample.total);
        }
      }

      // Line 10. Subtracting the same from all accuracies changes no share. Largest first, so that edges that tie tie exactly.
      const accuracy = (k: number) => (right.get(k) ?? 0) / (asked.get(k) ?? 0);
      const ranked = [...small].sort((a, b) => accuracy(b) - accuracy(a));
      const least = accuracy(ranked.at(-1) ?? 0);
      let sum = 0;
      for (const k of ranked) sum += Math.exp(accuracy(k) - least);
      const shares = new Map<number, number>();
      for (const k of small) shares.set(k, Math.exp(accuracy(k) - least) / sum);
      // Shares sum to 1, so their mean is 1/n.
      const large = (Math.max(...shares.values()) + 1 / n) / 2;
      // Lines 11 and 12.
      const scores = new Map<Operation, number>();
      const likelihoods = new Map<Operation, number>();
      let worst = -1;
      for (const k of left[e] ?? []) {
        const score = shares.get(k) ?? large;
        const row = s[e] ?? [];
        row[k] = (row[k] ?? 0) / 2 + score;
        scores.set(darts.operations[k] as Operation, score); // k counts darts.operations
        likelihoods.set(darts.operations[k] as Operation, row[k] ?? 0);
      }
      // Line 13.
      for (const k of left[e] ?? []) if (worst < 0 || (s[e]?.[k] ?? 0) < (s[e]?.[worst] ?? 0)) worst = k;
      left[e]?.delete(worst);
      result.small.push(small.map((k) => darts.operations[k] as Operation));
      result.scores.push(scores);
      result.likelihoods.push(likelihoods);
      result.abandoned.push(darts.operations[worst] as Operation);
    }
    rounds.push(result);
  }

  const derive = (offset: number): [Operation, number][] => {
    const links: [Operation, number][] = [];
    let edge = offset;
    for (let node = 2; node <= 5; node++) {
      const rank: { from: number; k: number; key: number }[] = [];
      for (let from = 0; from < node; from++, edge++) {
        const [k = 0] = left[edge] ?? [];
        // Likelihoods are below 2, so this puts `none` behind all else.
        rank.push({ from, k, key: (s[edge]?.[k] ?? 0) - (darts.operations[k] === "none" ? 1000 : 0) });
      }
      for (let taken = 0; taken < 2; taken++) {
        let best: (typeof rank)[number] | undefined;
        for (const one of rank) if (best === undefined || one.key > best.key) best = one;
        if (best === undefined) throw new Error("no edge");
        links.push([darts.operations[best.k] as Operation, best.from]);
        rank.splice(rank.indexOf(best), 1);
      }
    }
    return links;
  };
  return { rounds, normal: derive(0), reduce: derive(14) };
}
