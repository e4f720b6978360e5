/** A call of Genotype in a Python text: the character at which it begins, and the name that it is given. */
export type GenotypeCall = { readonly name: string | undefined; readonly place: number };

type Word = { readonly kind: "name" | "text" | "sign"; readonly text: string; readonly place: number };

/** Comments, texts of any quotes, names, numbers, signs. What Python refuses is a sign: only calls of Genotype are of interest. */
const WORD =
  /(#[^\n]*)|('''[\s\S]*?(?:'''|$)|"""[\s\S]*?(?:"""|$)|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?)|([A-Za-z_]\w*)|(\d\w*|[^\s\w])/g;

/**
 * The genotypes that a Python text has, such as a genotypes.py: `NAME = Genotype(...)`, `'NAME': Genotype(...)`, and other names of
 * them, `NAME = OTHER`. What a comment or a docstring says counts for nothing. Of two with one name the last counts, as in Python.
 */
export const genotypeCalls = (text: string): readonly GenotypeCall[] => {
  const words = wordsOf(text);
  const named = new Map<string, GenotypeCall>();
  const unnamed: GenotypeCall[] = [];
  for (const [at, { text: word, place }] of words.entries()) {
    const name = nameBefore(words, at);
    if (isCall(words, at)) {
      if (name === undefined) unnamed.push({ name, place });
      else named.set(name, { name, place });
    } else if (name !== undefined && words[at]?.kind === "name" && !".([".includes(words[at + 1]?.text ?? " ")) {
      const other = named.get(word);
      if (other !== undefined) named.set(name, { name, place: other.place });
    }
  }
  return [...named.values(), ...unnamed].sort((one, other) => one.place - other.place);
};

const wordsOf = (text: string): Word[] =>
  [...text.matchAll(WORD)].flatMap(({ 0: whole, 1: comment, 2: quoted, 3: name, index: place }) => {
    if (comment !== undefined) return [];
    return [{ kind: quoted !== undefined ? "text" : name !== undefined ? "name" : "sign", text: whole, place }];
  });

const isCall = (words: readonly Word[], at: number): boolean => {
  const before = words[at - 1]?.text;
  const defines = before === "def" || before === "class";
  return words[at]?.kind === "name" && words[at].text === "Genotype" && words[at + 1]?.text === "(" && !defines;
};

/** NAME of `NAME =`, `NAME: Type =` or `'NAME':` before a word, which may be `module.word`. */
const nameBefore = (words: readonly Word[], at: number): string | undefined => {
  const first = words[at - 1]?.text === "." ? at - 2 : at;
  const [far, colon, near, sign] = [words[first - 4], words[first - 3], words[first - 2], words[first - 1]];
  if (sign?.text === "=" && near?.kind === "name") {
    return colon?.text === ":" && far?.kind === "name" ? far.text : near.text;
  }
  return sign?.text === ":" && near?.kind === "text" ? near.text.slice(1, -1) : undefined;
};
