import type { Stream } from "@bnas/search";
import type { Mesh } from "./mesh.js";
import type { StrikeKind } from "./options.js";
import type { Progress } from "./progress.js";

/** Something that is done to the mesh. `over` resolves when it is undone; a kill is undone at once, by the supervisor. */
type Strike = { readonly says: string; readonly over: Promise<void> };

/** How a kind of strike falls: on whom, for how long. */
type Kind = { readonly kind: StrikeKind; readonly share: number; strike(random: Stream): Strike };

/** The kinds of strike that can fall on a mesh. */
export const kindsFor = (mesh: Mesh, wanted: readonly StrikeKind[]): readonly Kind[] => {
  const held = new Set<string>();
  /** On one of these, or on the next that nothing lasting is done to. */
  const one = <Target extends { readonly name: string }>(targets: readonly Target[], random: Stream) => {
    const first = random.below(targets.length);
    const inTurn = [...targets.slice(first), ...targets.slice(0, first)];
    return inTurn.find(({ name }) => !held.has(name)) ?? inTurn[0];
  };
  /** Do something, and undo it after a while. */
  const forAWhile = (name: string, ms: number, begin: () => void, end: () => void): Promise<void> => {
    held.add(name);
    begin();
    return new Promise((resolve) =>
      setTimeout(() => {
        end();
        held.delete(name);
        resolve();
      }, ms),
    );
  };
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const nothing = { says: "no process", over: Promise.resolve() };

  const kinds: readonly Kind[] = [
    {
      kind: "kill",
      share: 5,
      strike(random) {
        const victim = mesh.processes[random.below(mesh.processes.length)];
        victim?.signal("SIGKILL");
        return { says: `${victim?.name}: killed`, over: Promise.resolve() };
      },
    },
    {
      kind: "hold",
      share: 2,
      strike(random) {
        const workers = mesh.processes.filter(({ name }) => /trainer|evaluator|pruner/.test(name));
        const victim = one(workers, random);
        // About half outlast the lease of a job.
        const ms = 500 + random.below(5_500);
        if (victim === undefined) return nothing;
        const { name } = victim;
        const over = forAWhile(
          name,
          ms,
          () => victim.signal("SIGSTOP"),
          () => victim.signal("SIGCONT"),
        );
        return { says: `${name}: held still for ${seconds(ms)}`, over };
      },
    },
    {
      kind: "partition",
      share: 2,
      strike(random) {
        const host = one(mesh.hosts, random);
        const ms = 1_000 + random.below(5_000);
        if (host === undefined) return nothing;
        const over = forAWhile(
          `network ${host.name}`,
          ms,
          () => host.cut(),
          () => host.repair(),
        );
        return { says: `${host.name}: cut off for ${seconds(ms)}`, over };
      },
    },
    {
      kind: "full-disk",
      share: 1,
      strike(random) {
        const disk = one(mesh.disks, random);
        const ms = 500 + random.below(3_500);
        if (disk === undefined) return nothing;
        const over = forAWhile(
          disk.name,
          ms,
          () => disk.fill(),
          () => {
            disk.empty();
            // A stream of NATS that met a full disk refuses all writes until its server restarts: docs/operations.md says so.
            if (mesh.broker !== undefined && disk.name.startsWith("nats")) mesh.broker.process.signal("SIGKILL");
          },
        );
        return { says: `${disk.name}: full for ${seconds(ms)}`, over };
      },
    },
  ];
  return kinds.filter(({ kind }) => wanted.includes(kind) && !mesh.leftOut.has(kind));
};

/** How many facts may be recorded between two strikes. */
const mostFacts = 9;
/**
 * How long, in milliseconds, a mesh is waited for that does not record so many: it may be struck so that it cannot. Twice as long
 * each time that it has recorded nothing at all, up to the last number: a busy machine gets time to continue.
 */
const [shortestWaitMs, longestWaitMs] = [8_000, 64_000];

/**
 * Strike again and again, whenever some more facts were recorded, so that strikes never outpace what they are to disturb. Kinds are
 * dealt from a deck, each by its share. Resolves when all is undone.
 * @param onStrike gets each strike
 */
export const strike = async (
  kinds: readonly Kind[],
  {
    count,
    random,
    progress,
    signal,
    onStrike,
  }: {
    readonly count: number;
    readonly random: Stream;
    readonly progress: Progress;
    readonly signal: AbortSignal;
    readonly onStrike: (strike: { number: number; kind: StrikeKind; says: string; facts: number; ms: number }) => void;
  },
): Promise<void> => {
  const over: Promise<void>[] = [];
  let deck: Kind[] = [];
  // Nothing is disturbed before something runs.
  await progress.more(1, longestWaitMs);
  let waitMs = shortestWaitMs;
  for (let number = 1; number <= count; number++) {
    const [facts, begun] = [progress.facts, performance.now()];
    await progress.more(1 + random.below(mostFacts), waitMs);
    waitMs = progress.facts > facts ? shortestWaitMs : Math.min(2 * waitMs, longestWaitMs);
    if (signal.aborted) break;
    if (deck.length === 0) deck = random.shuffle(kinds.flatMap((kind) => Array<Kind>(kind.share).fill(kind)));
    const kind = deck.pop();
    if (kind === undefined) break;
    const struck = kind.strike(random);
    over.push(struck.over);
    onStrike({
      number,
      kind: kind.kind,
      says: struck.says,
      facts: progress.facts - facts,
      ms: performance.now() - begun,
    });
  }
  await Promise.all(over);
};
