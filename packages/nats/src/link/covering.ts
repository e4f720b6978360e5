/**
 * One NATS pattern that covers all of some: where their tokens differ it has `*`, and where one ends or is open, `>`. It may
 * cover more than they do. At least one pattern is given.
 */
export const covering = (patterns: readonly string[]): string => {
  const [first = ">", ...others] = patterns;
  return others.reduce((covered, pattern) => coverBoth(covered.split("."), pattern.split(".")), first);
};

const coverBoth = (a: readonly string[], b: readonly string[]): string => {
  const covered: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    // `>` is one token or more: it stands for the last of the shorter one too.
    if (left === undefined || right === undefined) return [...covered.slice(0, -1), ">"].join(".");
    if (left === ">" || right === ">") return [...covered, ">"].join(".");
    covered.push(left === right ? left : "*");
  }
  return covered.join(".");
};
