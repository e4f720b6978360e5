import { LocalJobs } from "@bnas/jobs";
import { MemoryLog } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import { darts, type Fact, fullSpace, matches, parseSpec, perEdge, record, subjectOf, writerOf } from "@bnas/search";
import { silentLogger } from "@bnas/telemetry";
import { describe, expect, it } from "vitest";
import { trainingWork } from "../src/facts.js";
import { JobInHand } from "../src/job-in-hand.js";
import type { MergeJob } from "../src/merge-pass.js";
import type { TrainerThread } from "../src/thread.js";
import type { EpochTask, SampleTask } from "../src/train-job.js";

const sha = (digit: string) => digit.repeat(64);
const time = "2026-01-02T03:04:05.000Z";
const space = fullSpace(darts);
const network = perEdge(darts, () => "none" as const);
const numbered = { job: 1, jobs: 26 };
const requests: Fact[] = [
  { kind: "epoch.requested", stage: "warmup", epoch: 1, ...numbered, candidates: space, from: null },
  { kind: "epoch.requested", stage: "settle", round: 1, epoch: 2, ...numbered, candidates: space, from: sha("0") },
  { kind: "sample.requested", round: 1, pass: 1, sample: 2, ...numbered, network, from: sha("0") },
  {
    kind: "pass.merge.requested",
    round: 1,
    pass: 1,
    from: sha("0"),
    samples: [
      { checkpoint: sha("1"), images: 60 },
      { checkpoint: sha("2"), images: 60 },
    ],
  },
];

/** A thread that answers as the tensor thread would, and remembers what it was asked. */
const fakeThread = () => {
  const tasks: (EpochTask | SampleTask | MergeJob)[] = [];
  const trained = { checkpoint: sha("a"), loss: 1, images: 60, seconds: 1 };
  const epoch = { kind: "epoch.trained", ...trained, alpha: perEdge(darts, () => ({})), beta: perEdge(darts, () => 0) };
  const answers = {
    epoch,
    sample: { kind: "sample.trained", ...trained },
    merge: { kind: "pass.merged", checkpoint: sha("b"), seconds: 0.1 },
  };
  const call = async (name: keyof typeof answers, task: (typeof tasks)[number]) => {
    tasks.push(task);
    return answers[name];
  };
  // A trainer calls these three methods with their tasks; a method of a name that is a parameter cannot be written with its types.
  const thread = { call, close: async () => {} } as unknown as TaskThread<TrainerThread>;
  return { thread, tasks };
};

const worked = async (facts: readonly Fact[]) => {
  const log = new MemoryLog();
  const { thread, tasks } = fakeThread();
  const inHand = new JobInHand();
  const work = trainingWork({ log, thread, inHand, clock: () => new Date(time), logger: silentLogger });
  for (const fact of [{ kind: "search.opened", spec: parseSpec({ preset: "smoke" }) } as const, ...facts])
    await log.append(record("s", fact, writerOf(fact.kind), time));
  const stopping = new AbortController();
  const working = new LocalJobs(log.live).work(work, stopping.signal);
  const answers = [];
  for await (const stored of log.watch("bnas.search.>", { after: facts.length + 1, signal: stopping.signal })) {
    answers.push(stored);
    if (stored.fact.kind === "search.failed") throw new Error(stored.fact.reason);
    if (answers.length === facts.length) stopping.abort();
  }
  await working;
  return { answers, tasks, inHand, work };
};

describe("a trainer", () => {
  it("answers every request on the subject that the request names", async () => {
    const { answers, work } = await worked(requests);
    expect(answers.map(({ subject }) => subject).sort()).toEqual(
      [
        "bnas.search.s.warmup.epoch.1.trained",
        "bnas.search.s.round.1.settle.epoch.2.trained",
        "bnas.search.s.round.1.pass.1.sample.2.trained",
        "bnas.search.s.round.1.pass.1.merged",
      ].sort(),
    );
    const patterns = [work.pattern].flat();
    for (const fact of requests)
      expect(patterns.filter((pattern) => matches(pattern, subjectOf("s", fact)))).toHaveLength(1);
  });

  it("merges a pass by what the request says alone, and counts no training job for it", async () => {
    const merge = requests.filter(({ kind }) => kind === "pass.merge.requested");
    const { answers, tasks, inHand } = await worked(merge);
    expect(tasks).toEqual([{ merge: merge[0] }]);
    expect(answers.map(({ fact, writer }) => [writer, fact])).toEqual([
      [
        "trainer",
        {
          ...{ kind: "pass.merged", round: 1, pass: 1, checkpoint: sha("b"), seconds: 0.1 },
          // Which request it answers, and what it began with.
          ...{ request: expect.stringMatching(/^[0-9a-f]{64}$/), from: expect.stringMatching(/^0{64}$/) },
        },
      ],
    ]);
    expect(inHand.get()).toMatchObject({ job: undefined, jobsDone: 0, imagesTrained: 0 });
  });

  it("counts the jobs and images that it trained", async () => {
    const { inHand } = await worked(requests);
    expect(inHand.get()).toMatchObject({ job: undefined, jobsDone: 3, imagesTrained: 180 });
  });
});

describe("a trainer that is there for one search", () => {
  it("takes the jobs of that search alone, which shared trainers leave to it", async () => {
    const log = new MemoryLog();
    const clock = () => new Date(time);
    const shared = fakeThread();
    const own = fakeThread();
    const works = [
      trainingWork({ log, thread: shared.thread, inHand: new JobInHand(), clock, logger: silentLogger }),
      trainingWork({ search: "own", log, thread: own.thread, inHand: new JobInHand(), clock, logger: silentLogger }),
    ];
    const [request] = requests;
    if (request === undefined) throw new Error("there are requests");
    for (const [id, dedicated] of [
      ["own", true],
      ["open", false],
    ] as const) {
      const opened: Fact = { kind: "search.opened", spec: parseSpec({ preset: "smoke", seed: id.length, dedicated }) };
      for (const fact of [opened, request]) await log.append(record(id, fact, writerOf(fact.kind), time));
    }
    const stopping = new AbortController();
    const jobs = new LocalJobs(log.live);
    const working = works.map((work) => jobs.work(work, stopping.signal));
    const answered = new Set<string>();
    for await (const { subject } of log.watch("bnas.search.*.warmup.epoch.1.trained", { signal: stopping.signal })) {
      answered.add(subject);
      if (answered.size === 2) stopping.abort();
    }
    await Promise.all(working);
    const seeds = ({ tasks }: typeof own) => tasks.map((task) => ("spec" in task ? task.spec.seed : undefined));
    expect(seeds(own)).toEqual(["own".length]);
    expect(seeds(shared)).toEqual(["open".length]);
  });
});
