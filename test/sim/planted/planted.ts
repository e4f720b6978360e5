import type { Change } from "../bundle.js";

/** A fault that a change could bring, put into the source for a run of the simulator, which must find it. */
export type Planted = { readonly name: string; readonly changes: readonly Change[] };

const change = (file: string, find: string, replace: string): Change => ({ file, find, replace });

const nats = "packages/nats/src";
const append = `${nats}/log/jetstream-append.ts`;
const worker = `${nats}/jobs/jetstream-worker.ts`;
const lease = `${nats}/jobs/jetstream-lease.ts`;
const leader = `${nats}/lead/jetstream-leader.ts`;
const stream = `${nats}/log/fact-stream.ts`;
const watching = `${nats}/link/watch-messages.ts`;
const link = `${nats}/link/nats-link.ts`;
const store = "packages/store/src/directory-store.ts";
const checkpoint = "packages/store/src/checkpoint/checkpoint.ts";
const evolve = "packages/search/src/life/evolve.ts";
const decide = "packages/search/src/life/decide.ts";
const searches = "services/pruner/src/deciding/searches.ts";
const decider = "services/pruner/src/deciding/decider.ts";
const control = "services/pruner/src/usecases/control-search.ts";
const training = "services/trainer/src/facts.ts";
const evaluating = "services/evaluator/src/facts.ts";
const scoring = "services/evaluator/src/score-round.ts";

export const PLANTED: readonly Planted[] = [
  {
    name: "a job is acknowledged before it is done",
    changes: [
      change(
        worker,
        "await this.#link.recorder.continueTrace(headers, handle);",
        "await lease.done(); await this.#link.recorder.continueTrace(headers, handle);",
      ),
    ],
  },
  {
    name: "a trainer's job is acknowledged before its answer is appended",
    changes: [
      change(
        training,
        'await options.log.append(record(search, answering, "trainer", options.clock().toISOString()));',
        'setTimeout(() => void options.log.append(record(search, answering, "trainer", options.clock().toISOString())), 200);',
      ),
    ],
  },
  {
    name: "an evaluator's job is acknowledged before its answer is appended",
    changes: [
      change(
        evaluating,
        'await options.log.append(record(searchId, answering, "evaluator", options.clock().toISOString()));',
        'setTimeout(() => void options.log.append(record(searchId, answering, "evaluator", options.clock().toISOString())), 200);',
      ),
    ],
  },
  {
    name: "an append is reported as done before the log has answered",
    changes: [
      change(append, "const { seq } = await link.jetstream.publish(", "const seq = 1; void link.jetstream.publish("),
    ],
  },
  {
    name: "an append that timed out is reported as done",
    changes: [
      change(
        append,
        "    } catch (error) {\n",
        "    } catch (error) {\n      if (error instanceof errors.TimeoutError) return { stored: { ...recorded, sequence: 0 }, duplicate: false };\n",
      ),
    ],
  },
  {
    name: "of two facts on one subject the caller gets its own, not the one that the log holds",
    changes: [
      change(
        append,
        "return { stored: read, duplicate: !ours };",
        "return { stored: { ...recorded, sequence: read.sequence }, duplicate: !ours };",
      ),
    ],
  },
  {
    name: "the stream lets a second fact replace the first",
    changes: [
      change(stream, "discard_new_per_subject: true,", "discard_new_per_subject: false,"),
      change(
        stream,
        '{ field: "discard_new_per_subject", wanted: true',
        '{ field: "discard_new_per_subject", wanted: false',
      ),
    ],
  },
  {
    name: "a read leaves out the last fact",
    changes: [change(`${nats}/link/read-messages.ts`, "while (after < end) {", "while (after < end - 1) {")],
  },
  {
    name: "a watch that is made again skips a fact",
    changes: [change(watching, "opt_start_seq: after + 1,", "opt_start_seq: after === 0 ? 1 : after + 2,")],
  },
  {
    name: "a watch waits for a server that is gone",
    changes: [
      change(watching, "heart = whenSilent(messages, silenceMs, stop);", "heart = whenSilent(messages, 1e12, stop);"),
    ],
  },
  {
    name: "a request for a job that was lost is not made again",
    changes: [
      change(
        `${nats}/link/pull-one.ts`,
        "if (performance.now() >= this.#asked) this.#ask();",
        "if (this.#asked === 0) this.#ask();",
      ),
    ],
  },
  {
    name: "a job that is given back is never handed out again",
    changes: [
      change(`${nats}/link/delivery.ts`, 'this.#say(delayMs === 0 ? "-NAK" :', 'this.#say(delayMs === 0 ? "+TERM" :'),
    ],
  },
  {
    name: "a worker that drains acknowledges what it did not do",
    changes: [
      change(
        worker,
        "else if (draining.aborted) this.#handBack(job);",
        "else if (draining.aborted) await this.#done(job);",
      ),
    ],
  },
  {
    name: "a worker forgets to renew the lease of its job",
    changes: [
      change(
        lease,
        "this.#beat = setInterval(() => this.working(), leaseMs / 3);",
        "this.#beat = setInterval(() => {}, leaseMs / 3);",
      ),
      change(training, "          job.working();\n", ""),
    ],
  },
  {
    name: "who leads forgets to renew its lease",
    changes: [
      change(
        leader,
        "const answer = await this.#say(sequence);",
        'const answer: number | "taken" | "unknown" = sequence;',
      ),
    ],
  },
  {
    name: "two may lead: a lease is taken without a look at whose it is",
    changes: [change(leader, "const expect = { lastSubjectSequence: sequence };", "const expect = {};")],
  },
  {
    name: "an outage is treated as a fault of the job",
    changes: [
      change(`${nats}/link/nats-link.ts`, "const DEFAULT_PATIENCE_MS = 120_000;", "const DEFAULT_PATIENCE_MS = 1_000;"),
      change(
        "packages/jobs/src/retry.ts",
        '.retried === "until it works")',
        '.retried === "until it works" && attempts < 1)',
      ),
    ],
  },
  {
    name: "a pruner that begins to lead decides only for searches with news",
    changes: [
      change(
        decider,
        'if (state === "live") this.#changed.add(searchId);',
        'if (state === "deleted") this.#changed.add(searchId);',
      ),
    ],
  },
  {
    name: "a fact that comes while a pruner decides does not wake it",
    changes: [change(decider, "if (signal.aborted || this.#changed.size > 0) return;", "if (signal.aborted) return;")],
  },
  {
    name: "a pruner also writes what is the evaluator's",
    changes: [
      change(
        decider,
        "return decide(search).filter(({ kind }) => writerOf(kind) === this.#options.writer);",
        "return decide(search);",
      ),
    ],
  },
  {
    name: "a pruner reads where the log ends after it has read the searches",
    changes: [
      change(searches, "    searches.#read = await log.last();\n", ""),
      change(
        searches,
        "    return searches;\n  }",
        "    searches.#read = await log.last();\n    return searches;\n  }",
      ),
    ],
  },
  {
    name: "a pruner does not look for a search that another has opened",
    changes: [change(searches, "return known === undefined ? read() :", "return known === undefined ? undefined :")],
  },
  {
    name: "GetSearch names a sequence that was not read so far",
    changes: [
      change(
        "packages/searches/src/followed.ts",
        "sequence: later ? known.sequence :",
        "sequence: overtaking && before === undefined ? 0 :",
      ),
    ],
  },
  {
    name: "GetSearch names a sequence that stays behind what was read",
    changes: [change(searches, "this.#fold(stored, false, misfit);", "this.#fold(stored, true, misfit);")],
  },
  {
    name: "who resumes a search at another pruner is answered by an old state",
    changes: [
      change(
        control,
        "export const resumeSearch = async (mesh: Mesh, searchId: string): Promise<Followed> => {\n  const followed = await asOfNow(mesh, searchId);",
        "export const resumeSearch = async (mesh: Mesh, searchId: string): Promise<Followed> => {\n  const followed = await findSearch(mesh.searches, searchId);",
      ),
    ],
  },
  {
    name: "a round is scored one sample too early",
    changes: [
      change(
        decide,
        "if (evaluatedOf(search, round).length < samplesOf(search, round).length) return [];",
        "if (evaluatedOf(search, round).length < samplesOf(search, round).length - 1) return [];",
      ),
    ],
  },
  {
    name: "a scorer does not see the last evaluation",
    changes: [
      change(
        scoring,
        "(await log.read(searchPattern(searchId))).reduce(",
        "(await log.read(searchPattern(searchId))).slice(0, -1).reduce(",
      ),
    ],
  },
  {
    name: "a trained job is counted twice when its fact is read twice",
    changes: [
      change(
        evolve,
        "return after === search ? search : { ...after, jobsDone: after.jobsDone + 1 };",
        "return { ...after, jobsDone: after.jobsDone + 1 };",
      ),
    ],
  },
  {
    name: "a round is opened twice when its fact is read twice",
    changes: [
      change(
        evolve,
        "if (round !== search.rounds.length + 1 || (last !== undefined && last.abandoned === undefined)) return search;",
        "if (round > search.rounds.length + 1) return search;",
      ),
    ],
  },
  {
    name: "a search begins again when its first fact is read twice",
    changes: [
      change(
        evolve,
        "  if (search.spec !== undefined) return search;\n  const spec = completeSpec",
        "  const spec = completeSpec",
      ),
    ],
  },
  {
    name: "samples are merged in the order in which they were quickest",
    changes: [
      change(
        decide,
        "const parts = trained.map(",
        "const parts = trained.toSorted((one, other) => one.seconds - other.seconds).map(",
      ),
    ],
  },
  {
    name: "the manifest of a checkpoint is written before its blob",
    changes: [
      change(
        checkpoint,
        "const blob = await store.put(Buffer.concat(pieces.map(({ bytes }) => bytes)));",
        "const all = Buffer.concat(pieces.map(({ bytes }) => bytes)); const blob = sha256Of(all); void store.put(all);",
      ),
    ],
  },
  {
    name: "the bytes of a blob are not synced",
    changes: [change(store, "        await file.datasync();\n", "")],
  },
  {
    name: "the name of a blob is not synced",
    changes: [change(store, "      await syncDirectory(folder);\n", "")],
  },
  {
    name: "a blob has its name before it is whole",
    changes: [
      change(
        store,
        "const partial = join(folder, `.$" + "{sha256}.$" + "{randomUUID()}`);",
        "const partial = this.#path(sha256);",
      ),
      change(
        store,
        'const file = await open(partial, "wx");',
        'await rm(partial, { force: true }); const file = await open(partial, "wx");',
      ),
    ],
  },
  {
    name: "the hash of a blob is not checked",
    changes: [change(store, "if (actual !== sha256) throw", "if (actual === undefined) throw")],
  },
  {
    name: "neither the hash of a blob nor that of a tensor is checked",
    changes: [
      change(store, "if (actual !== sha256) throw", "if (actual === undefined) throw"),
      change(checkpoint, "if (found !== sha256) throw", "if (found === undefined) throw"),
    ],
  },
  {
    name: "a stream is not compared with what was seen of it when its server comes back",
    changes: [change(link, "void this.#compare();", "this.#nowCompared();")],
  },
  {
    name: "seconds are measured by the wall clock",
    changes: [change(evaluating, "ticks = () => performance.now(),", "ticks = () => Date.now(),")],
  },
];
