import type { Stored } from "@bnas/log";
import {
  bestAccuracy,
  countCandidates,
  differingField,
  evolve,
  type Fact,
  type Recorded,
  replay,
  roundsDone,
  start,
} from "@bnas/search";

// The model that checks a history: what every search must look like, whatever was done to the processes. It knows facts and what
// clients received, and nothing of processes, networks and disks.

/** A fact that was reported to a client as recorded; its sequence and content, if they were reported too. */
export type Acknowledged = {
  readonly subject: string;
  readonly sequence?: number;
  readonly fact?: Readonly<Record<string, unknown>>;
};

/** What GetSearch said of a search. */
export type Answer = {
  /** It was answered that there is no such search. */
  readonly unknown?: true;
  readonly sequence: number;
  readonly ended: "finished" | "failed" | "cancelled" | "";
  readonly jobsDone: number;
  readonly jobsTotal: number;
  readonly round: number;
  readonly candidates: number;
  readonly bestAccuracy: number;
};

/** All that is known of one search. */
export type History = {
  readonly searchId: string;
  /** As the log holds them now, in its order. */
  readonly facts: readonly Stored[];
  /** The facts of the same spec in a mesh that was left alone, of whatever id. */
  readonly undisturbed: readonly Recorded[];
  readonly acknowledged: readonly Acknowledged[];
  /** What WatchSearch sent, in that order, through every reconnection after the last sequence. */
  readonly watched: readonly Stored[];
  /** The answers to GetSearch that were asked for one after another since CreateSearch was answered. */
  readonly answers: readonly Answer[];
};

/** What is wrong with the history of a search that was followed to its end: sentences, none when nothing is. */
export const faults = (history: History): readonly string[] => [
  ...unfinished(history.facts),
  ...doubled(history.facts),
  ...missing(history.facts, history.acknowledged),
  ...differing(history.facts, history.undisturbed),
  ...undecided(history),
  ...watchedWrong(history.facts, history.watched),
  ...misanswered(history),
];

/**
 * What is wrong with facts of a process that appended them itself, and read them back. @param unread acknowledged, and a later read
 * lacked them
 */
export const faultsOfWitness = (
  facts: readonly Stored[],
  acknowledged: readonly Stored[],
  unread: readonly string[],
): readonly string[] => [
  ...doubled(facts),
  ...missing(facts, acknowledged.map(acknowledgedOf)),
  ...unread.map((subject) => `${subject} was acknowledged, and a read that began later did not give it`),
];

export const acknowledgedOf = ({ subject, sequence, fact }: Stored): Acknowledged => ({
  subject,
  sequence,
  fact: { ...fact },
});

const unfinished = (facts: readonly Stored[]): readonly string[] => {
  const last = facts.at(-1)?.fact;
  return last?.kind === "search.finished" ? [] : [`it ended by ${show(last)}`];
};

/** A subject has one fact permanently, and the log has an order. */
const doubled = (facts: readonly Stored[]): readonly string[] =>
  facts.flatMap(({ subject, sequence }, i) => [
    ...(facts.findIndex((other) => other.subject === subject) === i ? [] : [`${subject} holds more than one fact`]),
    ...(i > 0 && sequence <= (facts[i - 1]?.sequence ?? 0) ? [`${subject} is not after the fact before it`] : []),
  ]);

/** What was acknowledged is there, where and as it was acknowledged. */
const missing = (facts: readonly Stored[], acknowledged: readonly Acknowledged[]): readonly string[] => {
  const held = new Map(facts.map((stored) => [stored.subject, stored]));
  return acknowledged.flatMap(({ subject, sequence, fact }) => {
    const stored = held.get(subject);
    if (stored === undefined) return [`${subject} was acknowledged and is missing`];
    if (sequence !== undefined && stored.sequence !== sequence) {
      return [`${subject} was acknowledged at ${sequence} and is at ${stored.sequence}`];
    }
    const kept = new Map(Object.entries(stored.fact));
    return Object.entries(fact ?? {})
      .filter(([name, value]) => !same(kept.get(name), value))
      .map(
        ([name, value]) => `${subject} was acknowledged with ${name} ${show(value)} and has ${show(kept.get(name))}`,
      );
  });
};

/** The fact without what only people need, and without hashes of facts with their times: two runs of one spec and seed must agree on the rest. */
const decision = ({ subject, fact }: Recorded): readonly [place: string, content: string] => {
  const { seconds, request, after, root, ...decided } = { seconds: 0, request: "", after: [], root: "", ...fact };
  return [subject.split(".").slice(3).join("."), JSON.stringify(decided)];
};

/** The facts are those of the undisturbed run: none more, none less, none other. */
const differing = (facts: readonly Stored[], undisturbed: readonly Recorded[]): readonly string[] => {
  const wanted = new Map(undisturbed.map(decision));
  const found = new Map(facts.map(decision));
  return [
    ...[...wanted.keys()].filter((place) => !found.has(place)).map((place) => `${place} is missing`),
    ...[...found].flatMap(([place, content]) => {
      const expected = wanted.get(place);
      if (expected === undefined) return [`${place} is not in the undisturbed run: ${content.slice(0, 200)}`];
      const differs = differingField(JSON.parse(expected), JSON.parse(content), place);
      return differs === undefined
        ? []
        : [`${differs.path} is ${show(differs.right)}; undisturbed it is ${show(differs.left)}`];
    }),
  ];
};

/** Every decision follows from the facts before it. */
const undecided = ({ searchId, facts }: History): readonly string[] =>
  replay(searchId, factsOf(facts)).disagreements.map(
    ({ path, left, right }) => `${path} is ${show(left)}; from the facts before it follows ${show(right)}`,
  );

/** A watcher received all facts, each once, in their order, as the log has them. */
const watchedWrong = (facts: readonly Stored[], watched: readonly Stored[]): readonly string[] => {
  if (watched.length !== facts.length) return [`${facts.length} facts, and the watch gave ${watched.length}`];
  return facts.flatMap((stored, i) => {
    const received = watched[i];
    return same(received, stored) ? [] : [`the watch gave ${show(received)} where the log has ${show(stored)}`];
  });
};

/** An answer tells of all facts up to its sequence, and no answer goes back behind an earlier one. */
const misanswered = ({ searchId, facts, answers }: History): readonly string[] =>
  answers.flatMap((answer, i) => {
    if (answer.unknown) return [`GetSearch did not know ${searchId}, which was opened`];
    const before = answers[i - 1]?.sequence ?? 0;
    const back = answer.sequence < before ? [`GetSearch was at ${before} and then at ${answer.sequence}`] : [];
    // The pruner knows of its own facts before it has read those that lie before them.
    const own = facts.filter(({ sequence, writer }) => sequence > answer.sequence && writer === "pruner").length;
    const untrue = upTo(own).every((ahead) => !same(answerAt(searchId, facts, answer.sequence, ahead), answer));
    if (!untrue) return back;
    const differs = differingField(answerAt(searchId, facts, answer.sequence), answer, "GetSearch");
    const { path, left, right } = differs ?? { path: "GetSearch", left: undefined, right: answer };
    return [...back, `${path} was ${show(right)} at ${answer.sequence}; of the facts up to there it is ${show(left)}`];
  });

/** What GetSearch has to say of the facts up to a sequence. @param ahead how many later facts of the pruner it knows of as well */
export const answerAt = (searchId: string, facts: readonly Stored[], sequence: number, ahead = 0): Answer => {
  const read = facts.filter((stored) => stored.sequence <= sequence);
  const own = facts.filter((stored) => stored.sequence > sequence && stored.writer === "pruner").slice(0, ahead);
  const known = [...read, ...own];
  const search = factsOf(known).reduce(evolve, start(searchId));
  const ended = known.map(({ fact }) => /^search\.(finished|failed|cancelled)$/.exec(fact.kind)?.[1]).find(Boolean);
  return {
    sequence: read.at(-1)?.sequence ?? 0,
    ended: ended === "finished" || ended === "failed" || ended === "cancelled" ? ended : "",
    jobsDone: search.jobsDone,
    jobsTotal: search.jobs,
    round: roundsDone(search),
    candidates: countCandidates(search.candidates),
    bestAccuracy: bestAccuracy(search) ?? 0,
  };
};

const upTo = (last: number): readonly number[] => Array.from({ length: last + 1 }, (_, i) => i);
const factsOf = (recorded: readonly Recorded[]): readonly Fact[] => recorded.map(({ fact }) => fact);
const same = (one: unknown, other: unknown): boolean => differingField(one, other, "") === undefined;
const show = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 200);
