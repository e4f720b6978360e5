/** What an epoch of the supernet is trained for: the warm-up (Algorithm 1, line 1), or settling after a round (line 14). */
export type StageName = "warmup" | "settle";

/**
 * How the end of a subject is spelt: `round.<round>.opened`. `<round>` stands for the fact's field `round`, a whole number from 1.
 * If the spelling depends on the field `stage`, there is one for each stage.
 */
export type KeySpelling = string | Readonly<Record<StageName, string>>;

/** The names of the numbers in a spelling: "round" | "pass" of `round.<round>.pass.<pass>.merged`. */
export type NumberIn<Text extends string> = Text extends `${string}<${infer Name}>${infer Rest}`
  ? Name | NumberIn<Rest>
  : never;

/** The numbers in a spelling, as fields. */
export type NumbersIn<Text extends string> = { readonly [Name in NumberIn<Text>]: number };

/** The fields of a fact that are in its subject, with the stage if the spelling depends on it. */
export type KeyFields<One extends KeySpelling> = One extends string
  ? NumbersIn<One>
  : {
      [Stage in keyof One]: One[Stage] extends string ? { readonly stage: Stage } & NumbersIn<One[Stage]> : never;
    }[keyof One];

const NUMBER = /<([a-z]+)>/g;

/** The names of the numbers in a spelling, in their order. */
export const numbersIn = (text: string): readonly string[] => [...text.matchAll(NUMBER)].map(([, name = ""]) => name);

/** A spelling with something in the place of each number. */
export const spellKey = (text: string, numberOf: (name: string) => string): string =>
  text.replace(NUMBER, (_, name: string) => numberOf(name));

/** One spelling of a kind, with its stage where that decides. */
export type SpellingOfStage = { readonly stage: StageName | undefined; readonly text: string };

export const spellingsOf = (key: KeySpelling): readonly SpellingOfStage[] =>
  typeof key === "string"
    ? [{ stage: undefined, text: key }]
    : [
        { stage: "warmup", text: key.warmup },
        { stage: "settle", text: key.settle },
      ];
