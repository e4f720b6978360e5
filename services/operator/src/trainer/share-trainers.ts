/** What a search asks of the trainers that the operator may start in all. */
export type Claim = {
  readonly key: string;
  /** Trainers that it has work for. */
  readonly wanted: number;
  /** Trainers that it has. */
  readonly holds: number;
  /** spec.weight */
  readonly weight: number;
  /** Milliseconds since 1970. */
  readonly created: number;
};

/**
 * Trainers for each search, `limit` in all. Every search gets one first. If there are not enough, a search that has one keeps it,
 * and the others come in the order of their age: no search waits without end, since searches end. What is left goes by weight.
 * @returns by key, for every claim; never more than it wants
 */
export const shareTrainers = (limit: number, claims: readonly Claim[]): ReadonlyMap<string, number> => {
  const shares = new Map(claims.map(({ key }) => [key, 0]));
  const share = ({ key }: Claim) => shares.get(key) ?? 0;
  const byAge = [...claims].sort((a, b) => a.created - b.created || (a.key < b.key ? -1 : 1));
  const first = [...byAge.filter(({ holds }) => holds > 0), ...byAge.filter(({ holds }) => holds === 0)]
    .filter(({ wanted }) => wanted > 0)
    .slice(0, limit);
  for (const { key } of first) shares.set(key, 1);

  let left = limit - first.length;
  while (left > 0) {
    // Of those that want more, the one that has least for its weight with one more.
    const hungry = byAge.filter((claim) => share(claim) < claim.wanted);
    const [head, ...rest] = hungry;
    if (head === undefined) break;
    const ratio = (claim: Claim) => (share(claim) + 1) / claim.weight;
    const next = rest.reduce((least, claim) => (ratio(claim) < ratio(least) ? claim : least), head);
    shares.set(next.key, share(next) + 1);
    left--;
  }
  return shares;
};
