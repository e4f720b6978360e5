import { type ArchitectureSearch, type Condition, conditionOf, type SearchStatus } from "./architecture-search.js";
import { type ConditionType, conditions, meaningOf, type Reason } from "./conditions.js";

/** What the status schema allows, in characters. */
const LONGEST_MESSAGE = 1024;

/** Reasons of a search of which nothing is known. */
const unsaid: { readonly [Type in ConditionType]?: Reason<Type> } = {
  Suspended: "NotSuspended",
  Succeeded: "NotSucceeded",
  Failed: "NotFailed",
};

/** The conditions of an object while a plan is made: those that it has, changed. */
export class Conditions {
  readonly #object: ArchitectureSearch;
  readonly #now: string;
  readonly #set = new Map<ConditionType, Condition>();

  private constructor(object: ArchitectureSearch, now: number, said: readonly Condition[]) {
    this.#object = object;
    this.#now = new Date(now).toISOString();
    for (const condition of said) this.#set.set(condition.type, condition);
  }

  /** @param said the status that a plan wants; default: the current one */
  static of(
    { object, now }: { readonly object: ArchitectureSearch; readonly now: number },
    said: readonly Condition[] = object.status?.conditions ?? [],
  ): Conditions {
    return new Conditions(object, now, said);
  }

  reason(type: ConditionType): string | undefined {
    return this.#set.get(type)?.reason;
  }

  /** @param found what was seen of this search; what it means and what to do next are added from the table */
  set<Type extends ConditionType>(type: Type, reason: Reason<Type>, found: string): void {
    const { status, means, next } = meaningOf(type, reason);
    const before = conditionOf(this.#object.status, type);
    const said = found === "" ? means : sentence(found);
    const message = next === "Nothing." || next === "" ? said : `${said} Next: ${next}`;
    this.#set.set(type, {
      type,
      status,
      reason,
      message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 3)}...` : message,
      observedGeneration: this.#object.metadata.generation,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : this.#now,
    });
  }

  /** Say it unless something was said before. */
  expect<Type extends ConditionType>(type: Type, reason: Reason<Type>): void {
    if (!this.#set.has(type)) this.set(type, reason, "");
  }

  /** The status of the object with these conditions, and with fields that are new; undefined takes a field away. */
  status(fields: { readonly [Field in keyof SearchStatus]?: SearchStatus[Field] | undefined }): SearchStatus {
    for (const [type, reason] of Object.entries(unsaid)) {
      // Object.entries forgets that each reason belongs to its type.
      this.expect(type as ConditionType, reason as never);
    }
    const { conditions: _, ...before } = this.#object.status ?? {};
    const all = { ...before, observedGeneration: this.#object.metadata.generation, ...fields };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    const order = Object.keys(conditions);
    const list = [...this.#set.values()].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
    return { ...Object.fromEntries(given), conditions: list };
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
