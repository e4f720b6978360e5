import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, describe, expect, it } from "vitest";
import { done } from "./asked-mesh.js";
import { bnas, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

describe("a mesh with quotas by owner", () => {
  const folder = temporaryFolder();
  const tokenOf = (name: string) => name.repeat(8);
  const fileOf = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const names = ["alice", "bobby", "operator"];
  const tokens = fileOf("tokens", names.map((name) => `${name} ${tokenOf(name)}\n`).join(""));
  const quotas = fileOf("quotas", "alice searches=1\nteam-a searches=1\n");
  const own = Object.fromEntries(names.map((name) => [name, fileOf(`${name}.token`, tokenOf(name))]));
  const places = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
  const flags = [...places, "--token-file", tokens, "--quotas", quotas];
  const closing: (() => unknown)[] = [];
  const start = async () => {
    const mesh = await serve("all", ...flags);
    closing.push(() => mesh.process.kill("SIGKILL"));
    const as = (name: string) => {
      const { client, close } = connect(SearchServiceDefinition, mesh.address, { tokenFile: own[name] });
      closing.push(close);
      return client;
    };
    return { ...mesh, as };
  };
  afterAll(async () => {
    for (const close of closing) await close();
  });
  // No trainer is there for these.
  const waiting = { ...tinySpec, dedicated: true };

  it("keeps each account through a kill, and the exhaustion of one owner touches no other", async () => {
    const first = await start();
    await first.as("alice").createSearch({ searchId: "a", spec: waiting });
    await first.as("operator").createSearch({ searchId: "t", spec: { ...waiting, seed: 3 }, owner: "team-a" });
    const killed = first.ended;
    first.process.kill("SIGKILL");
    await killed;

    const mesh = await start();
    const [alice, bobby, operator] = [mesh.as("alice"), mesh.as("bobby"), mesh.as("operator")];
    for (const [client, owner] of [
      [alice, "alice"],
      [operator, "team-a"],
    ] as const)
      for (const validateOnly of [true, false]) {
        const named = owner === "team-a" ? { owner } : {};
        const asked = client.createSearch({ searchId: "more", spec: tinySpec, validateOnly, ...named });
        await expect(asked).rejects.toMatchObject({
          code: "RESOURCE_EXHAUSTED",
          field: "owner",
          value: owner,
          hint: expect.stringContaining("docs/quotas.md"),
        });
      }
    await expect(bobby.createSearch({ searchId: "x", spec: tinySpec, owner: "alice" })).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });

    await bobby.createSearch({ searchId: "b", spec: tinySpec });
    for await (const _ of bobby.watchSearch({ searchId: "b" }));
    const found = await bobby.getSearch({ searchId: "b" });
    expect([found.state, found.owner]).toEqual([SearchState.SEARCH_STATE_FINISHED, "bobby"]);

    const reach = ["--server", mesh.address, "--token-file", String(own.bobby)];
    const [used] = done(await bnas("usage", "--owner", "bobby", "--json", ...reach))
      .trim()
      .split("\n");
    expect(JSON.parse(used ?? "")).toMatchObject({
      ...{ type: "usage", owner: "bobby" },
      used: { searches: 0, jobs: 0, gpuSeconds: expect.closeTo(found.progress?.trainedSeconds ?? 0, 3) },
    });
    const { blobBytes } = JSON.parse(used ?? "").used;
    expect(blobBytes).toBeGreaterThan(1000);
    expect(done(await bnas("usage", ...reach))).toMatch(
      /OWNER +SEARCHES.*\nalice +1 of 1 .*\nbobby +0 .*\nteam-a +1 of 1 /,
    );

    // The file is read again: a higher quota holds from the next call on.
    writeFileSync(quotas, "alice searches=2\n");
    expect((await alice.createSearch({ searchId: "more", spec: waiting })).owner).toBe("alice");
    mesh.process.kill("SIGKILL");
    const { stdout, stderr } = await mesh.ended;
    expect(stdout + stderr).toMatch(/"owner":"alice","limit":"quota.searches".*a quota was reached/);
  });
});
