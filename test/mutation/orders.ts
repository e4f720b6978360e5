/** What a start of a test file is for; `reports` is the file that takes what it finds, a line each. */
export type Order = { readonly reports: string } & (
  | { readonly kind: "cover" }
  /** Each test with each of these mutants that it meets. */
  | { readonly kind: "try"; readonly mutants: readonly number[] }
  /** The whole file with one mutant, from its imports on. `limit`: switches met before it counts as an endless loop. */
  | { readonly kind: "run"; readonly mutant: number; readonly limit: number }
);

/** What is found. */
export type Report =
  /** What the body of a test meets, `count` times in all. */
  | {
      readonly kind: "covered";
      readonly file: string;
      readonly test: string;
      readonly mutants: readonly number[];
      readonly ms: number;
      readonly count: number;
    }
  /** What a file meets while it is imported, and outside its tests' bodies after that: in hooks. */
  | {
      readonly kind: "imported" | "outside";
      readonly file: string;
      readonly mutants: readonly number[];
      readonly count: number;
    }
  | { readonly kind: "begun"; readonly mutant: number; readonly test: string }
  | { readonly kind: "upset"; readonly mutant: number; readonly test: string }
  | { readonly kind: "killed"; readonly mutant: number; readonly test: string; readonly isTimeOut: boolean }
  | { readonly kind: "survived"; readonly mutant: number }
  /** A test file whose tests were all tried. */
  | { readonly kind: "tried"; readonly file: string };
