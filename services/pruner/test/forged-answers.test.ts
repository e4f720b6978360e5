import { factHash, type Stored } from "@bnas/log";
import { type Fact, type FactOf, parseSpec, subjectTail } from "@bnas/search";
import { readManifest } from "@bnas/store";
import { describe, expect, it } from "vitest";
import { honest, provingMesh, type Worker } from "./proved-search.js";

const spec = (seed: number) => parseSpec({ preset: "smoke", seed });
type Mesh = Awaited<ReturnType<typeof provingMesh>>;

/** A mesh in which a search of another seed has finished, and its facts by the end of their subjects. */
const withDonor = async () => {
  const mesh = await provingMesh();
  await mesh.run("donor", spec(5), honest(mesh.store));
  const donor = new Map((await mesh.facts("donor")).map((stored) => [subjectTail(stored.subject), stored]));
  return { mesh, donor };
};

/** What the donor's search answered in this place. */
const donorsAnswer = (donor: ReadonlyMap<string, Stored>, { subject, fact }: Stored): Fact | undefined => {
  const tail = subjectTail(subject);
  const answer = tail.replace(/requested$/, "trained").replace("merge.trained", "merged");
  return donor.get(fact.kind === "sample.trained" ? tail.replace(/trained$/, "evaluated") : answer)?.fact;
};

const failure = async (mesh: Mesh): Promise<string> => {
  // A blob that is missing is looked for again after a moment.
  while ((await mesh.ended("victim")) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  const ended = await mesh.ended("victim");
  await mesh.close();
  expect(ended?.kind).toBe("search.failed");
  return (ended as FactOf<"search.failed">).reason;
};

describe("a search whose facts prove each other", () => {
  it("finishes with honest services, and its last fact names or commits to all before it", async () => {
    const { mesh } = await withDonor();
    expect((await mesh.ended("donor"))?.kind).toBe("search.finished");
    const facts = await mesh.facts("donor");
    const named = new Set(
      facts.flatMap(({ fact }) => ("after" in fact ? (fact.after ?? []) : [])).map((one) => one.fact),
    );
    expect(facts.map(({ subject }) => subjectTail(subject)).filter((tail) => !named.has(tail))).toEqual(["finished"]);
    await mesh.close();
  });

  it("is continued by another pruner, at any fact, to an end that names all before it", async () => {
    for (const answers of [1, 4, 9, 14]) {
      const first = await provingMesh();
      await first.run("s", spec(6), honest(first.store), answers);
      await first.close();
      const { log, store } = first;
      const second = await provingMesh({ log, store });
      await second.run("s", undefined, async (stored) =>
        (await second.facts("s")).some(({ fact }) => "request" in fact && fact.request === factHash(stored))
          ? undefined
          : honest(store)(stored),
      );
      expect((await second.ended("s"))?.kind, `after ${answers}`).toBe("search.finished");
      await second.close();
    }
  });
});

describe("a trainer and an evaluator that answer with results of another search", () => {
  it("do not finish a search by all facts of it under new names, published at once", async () => {
    const { mesh, donor } = await withDonor();
    await mesh.append("victim", { kind: "search.opened", spec: spec(6), proof: 1 });
    for (const { fact, writer } of donor.values()) {
      if (writer !== "pruner") await mesh.append("victim", fact, writer);
    }
    await mesh.settled();
    expect(await failure(mesh)).toMatch(/trained .*is none of this search: its (fact\.request|subject)/);
  });

  it("do not finish it when each answer comes as it is asked for, and a real evaluator evaluates it", async () => {
    const { mesh, donor } = await withDonor();
    const real = honest(mesh.store);
    await mesh.run("victim", spec(6), async (stored) =>
      stored.fact.kind === "sample.trained" ? real(stored) : donorsAnswer(donor, stored),
    );
    expect(await failure(mesh)).toMatch(
      /warmup\.epoch\.1\.trained .*its fact\.request is [0-9a-f]{64}, and the request has/,
    );
  });

  it("do not finish it when they name its requests: the checkpoints are made of others", async () => {
    const { mesh, donor } = await withDonor();
    const real = honest(mesh.store);
    let jobs = 0;
    const forging: Worker = async (stored) => {
      if (jobs++ < 3) return real(stored);
      const answer = donorsAnswer(donor, stored);
      if (answer === undefined || !("checkpoint" in answer) || !("from" in stored.fact)) return real(stored);
      return { ...answer, request: factHash(stored), from: stored.fact.from } as Fact;
    };
    await mesh.run("victim", spec(6), forging);
    expect(await failure(mesh)).toMatch(
      /its fact\.checkpoint does not fit: checkpoint [0-9a-f]{64} has tensors in \d blobs/,
    );
  });

  it.each([
    ["its manifest", async (mesh: Mesh, checkpoint: string) => mesh.store.remove(checkpoint, Number.POSITIVE_INFINITY)],
    [
      "the blob that it wrote",
      async (mesh: Mesh, checkpoint: string) => {
        const stem = (await readManifest(mesh.store, checkpoint)).get("stem")?.blob ?? "";
        await mesh.store.remove(stem, Number.POSITIVE_INFINITY);
      },
    ],
  ])("are not taken when %s is not in the store", async (_, lose) => {
    const mesh = await provingMesh();
    const real = honest(mesh.store);
    await mesh.run("victim", spec(6), async (stored) => {
      const answer = await real(stored);
      if (answer !== undefined && "checkpoint" in answer && answer.checkpoint !== null)
        await lose(mesh, answer.checkpoint);
      return answer;
    });
    expect(await failure(mesh)).toMatch(/its fact\.checkpoint does not fit: .*missing/i);
  });

  it("do not choose what goes: scores that do not follow are not taken", async () => {
    const { mesh, donor } = await withDonor();
    const scored = donor.get("round.1.scored")?.fact as FactOf<"round.scored">;
    const turned = structuredClone(scored.scores) as Record<string, Record<string, number>[]>;
    for (const edge of Object.values(turned).flat())
      for (const name of Object.keys(edge)) edge[name] = 1 - (edge[name] ?? 0);
    const real = honest(mesh.store);
    await mesh.run("victim", spec(6), async (stored) => {
      if (stored.subject.endsWith("round.1.pass.1.sample.1.trained")) {
        await mesh.append("victim", { ...scored, scores: turned });
      }
      return real(stored);
    });
    expect(await failure(mesh)).toMatch(/round\.1\.scored .*does not follow from the facts before it/);
  });
});
