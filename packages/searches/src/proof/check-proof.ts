import { changedFields, type FactsLine, factHash, type Stored } from "@bnas/log";
import {
  endsSearch,
  type FactKind,
  type FactMark,
  requestOf,
  rowOf,
  searchIdOf,
  subjectOf,
  subjectTail,
} from "@bnas/search";
import { rootHash, rootOf } from "./root.js";

/** What in a file of facts is not as its facts say of each other. */
export type ProofFault = { readonly line: number; readonly field: string; readonly reason: string };

export type CheckedProof = {
  /** False: the search was opened by an older service, and its facts say nothing of each other. */
  readonly proved: boolean;
  readonly faults: readonly ProofFault[];
  /** Second facts on one subject, which count for nothing. */
  readonly second: readonly ProofFault[];
};

/**
 * Whether the facts of a search are those that its decisions name, in their order, and whether every answer is to its request. It finds what
 * was changed, moved, added or taken out, also where each line has its hash made again; who makes all later lines again, too, is found by
 * proof.json and its signature alone.
 * @param lines every whole line of the search, in the order of the file; `sequence` is the number of the line
 */
export const checkProof = (lines: readonly FactsLine[]): CheckedProof => {
  const byTail = new Map<string, Stored>();
  const second: ProofFault[] = [];
  for (const { stored } of lines) {
    const tail = subjectTail(stored.subject);
    const first = byTail.get(tail);
    if (first === undefined) byTail.set(tail, stored);
    else second.push(fault(stored, "subject", `is ${stored.subject}, which line ${first.sequence} holds already`));
  }
  const facts = [...byTail.values()];
  const opened = byTail.get("opened")?.fact;
  // Also where only the beginning says nothing of it: that was taken away.
  const proved =
    (opened?.kind === "search.opened" && opened.proof === 1) || facts.some((one) => namedBy(one).length > 0);
  if (!proved) return { proved, faults: [], second };
  const faults = new Faults();
  for (const { stored, isPlain } of lines) {
    if (!isPlain) faults.add(fault(stored, "line", "is not spelt as bnas writes it"));
  }
  // What comes after the end changes nothing: a pruner may just have been about to ask for it.
  const end = facts.find(({ fact }) => endsSearch(fact))?.sequence ?? Number.POSITIVE_INFINITY;
  for (const stored of facts) if (stored.sequence <= end) checkNames(stored, byTail, faults);
  for (const stored of facts) if (stored.sequence <= end) checkAnswer(stored, byTail, faults);
  checkEnd(facts, byTail, faults);
  return { proved: true, faults: faults.all(), second };
};

/** Each line once, by the first thing that is wrong with it. */
class Faults {
  readonly #byLine = new Map<number, ProofFault>();

  add(one: ProofFault): void {
    if (!this.#byLine.has(one.line)) this.#byLine.set(one.line, one);
  }

  has(line: number): boolean {
    return this.#byLine.has(line);
  }

  get none(): boolean {
    return this.#byLine.size === 0;
  }

  all(): readonly ProofFault[] {
    return [...this.#byLine.values()].sort((one, other) => one.line - other.line);
  }
}

const fault = ({ sequence }: Stored, field: string, reason: string): ProofFault => ({ line: sequence, field, reason });

const namedBy = ({ fact }: Stored): readonly FactMark[] => ("after" in fact ? (fact.after ?? []) : []);
const isDecided = (kind: FactKind): boolean => "after" in rowOf(kind).body;

/** That what a decision names is there, before it, in the order that it says, and as it was. */
const checkNames = (stored: Stored, byTail: ReadonlyMap<string, Stored>, faults: Faults): void => {
  const { sequence, fact } = stored;
  const marks = namedBy(stored);
  if (isDecided(fact.kind) && marks.length === 0) {
    faults.add(fault(stored, "fact.after", "is missing: a decision names the facts before it"));
  }
  let last: Stored | undefined;
  for (const [index, mark] of marks.entries()) {
    const named = byTail.get(mark.fact);
    if (named === undefined) {
      faults.add(fault(stored, `fact.after[${index}]`, `names ${mark.fact}, which is missing`));
      continue;
    }
    if (factHash(named) !== mark.sha256) {
      const [field = "fact"] = changedFields(named, mark);
      faults.add(fault(named, field, `is not what it was when line ${sequence} was written`));
    } else if (named.sequence > sequence) {
      faults.add(fault(named, "place", `lies after line ${sequence}, which names it: lines were swapped or moved`));
    } else if (last !== undefined && named.sequence < last.sequence) {
      faults.add(
        fault(
          named,
          "place",
          `lies before line ${last.sequence}, and line ${sequence} names it after that: lines were swapped`,
        ),
      );
    }
    last = named;
  }
};

/** That an answer has its request before it, and names it. */
const checkAnswer = (stored: Stored, byTail: ReadonlyMap<string, Stored>, faults: Faults): void => {
  const { subject, fact } = stored;
  const key = requestOf(fact);
  if (key === undefined) return;
  const request = byTail.get(subjectTail(subjectOf(searchIdOf(subject), key)));
  if (request === undefined) {
    faults.add(fault(stored, "subject", "answers what was never asked for"));
    return;
  }
  // What is wrong with the request itself was said.
  if (faults.has(request.sequence)) return;
  if (request.sequence > stored.sequence) {
    faults.add(
      fault(stored, "place", `lies before line ${request.sequence}, which asked for it: lines were swapped or moved`),
    );
    return;
  }
  const said = fact as { readonly request?: string; readonly from?: string | null };
  if (said.request !== factHash(request)) {
    faults.add(fault(stored, "fact.request", `is not the SHA-256 of line ${request.sequence}, which asked for it`));
  } else if ("from" in rowOf(fact.kind).body && "from" in request.fact && said.from !== request.fact.from) {
    faults.add(fault(stored, "fact.from", `is not what line ${request.sequence} asked for`));
  }
};

/** That all before the end is named, and in the order that the end says. */
const checkEnd = (facts: readonly Stored[], byTail: ReadonlyMap<string, Stored>, faults: Faults): void => {
  const end = byTail.get("finished");
  if (end?.fact.kind !== "search.finished") return;
  const before = facts.filter(({ sequence }) => sequence < end.sequence);
  const named = new Set([...before, end].flatMap(namedBy).map(({ fact }) => fact));
  for (const stored of before) {
    if (named.has(subjectTail(stored.subject))) continue;
    faults.add(
      fault(
        stored,
        "subject",
        `is named by no decision before the end in line ${end.sequence}: it was put in, or came at the very moment of the end`,
      ),
    );
  }
  if (!faults.none) return;
  const { root } = end.fact;
  if (root === rootOf(before, namedBy(end))) return;
  const swapped =
    root === undefined
      ? undefined
      : findSwapped(
          before.filter(({ subject }) => named.has(subjectTail(subject))),
          root,
        );
  if (swapped === undefined) {
    faults.add(fault(end, "fact.root", root === undefined ? "is missing" : "is not that of the lines before it"));
  } else {
    const [one, other] = swapped;
    faults.add(
      fault(
        one,
        "place",
        `and line ${other.sequence} were swapped: the end in line ${end.sequence} has them the other way round`,
      ),
    );
  }
};

/** How far two lines that may change places without a decision that shows it can be from each other. */
const REACH = 8;

/** Two facts whose exchange gives the root. */
const findSwapped = (facts: readonly Stored[], root: string): readonly [Stored, Stored] | undefined => {
  const hashes = facts.map(factHash);
  for (const [at, one] of facts.entries()) {
    for (let to = at + 1; to < Math.min(facts.length, at + 1 + REACH); to++) {
      const other = facts[to];
      const [mine = "", its = ""] = [hashes[at], hashes[to]];
      if (other !== undefined && rootHash(hashes.with(at, its).with(to, mine)) === root) return [one, other];
    }
  }
  return undefined;
};
