import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { certificateMaker } from "../../packages/tls/test/certificates.js";
import { done, endless, meshIn, objects, printed, refused, tiny } from "./asked-mesh.js";
import { bnas, started, temporaryFolder } from "./bnas.js";
import { serve } from "./serve.js";

afterEach(() => vi.unstubAllEnvs());

describe("a mesh that is not there", () => {
  it("is out of reach, by 5: which address, and how to start one or to reach another", async () => {
    refused(
      await bnas("list", "--server", "127.0.0.1:1"),
      5,
      /no mesh answers at 127\.0\.0\.1:1 \(connect ECONNREFUSED 127\.0\.0\.1:1\)\. .*`bnas serve all`.*--server.*--kube/,
    );
  });

  it("is no other service", async () => {
    const dataset = await serve("dataset");
    refused(await bnas("list", "--server", dataset.address), 2, /is no SearchService.*address of the pruner/);
    dataset.process.kill("SIGTERM");
    await dataset.ended;
  });

  it("is not reached through a kubectl that is not there", async () => {
    vi.stubEnv("PATH", temporaryFolder());
    refused(await bnas("list", "--kube"), 2, /--kube needs kubectl.*ENOENT\. Install kubectl.*--server/);
  });
});

describe("a mesh that is killed while it is watched", () => {
  it("is watched on when it comes back: every fact once, and the end", async () => {
    const folder = temporaryFolder();
    const first = await meshIn(folder, "127.0.0.1:0");
    const { address } = first;
    vi.stubEnv("BNAS_SERVER", address);
    done(await bnas("submit", "--id", "watched", "--config", endless));
    const watching = started("watch", "watched", "--json");
    await printed(watching, /"epoch\.trained"/g, 2);
    first.process.kill("SIGKILL");
    await first.ended;
    const second = await meshIn(folder, address);
    await printed(watching, /"epoch\.trained"/g, 2);
    done(await bnas("cancel", "watched"));

    const { code, stdout, stderr } = await watching.ended;
    expect(code).toBe(3);
    expect(stderr).toBe("the mesh does not answer; trying again for about five minutes\nthe mesh answers again\n");
    const lines = objects(stdout);
    expect(lines.pop()).toMatchObject({ type: "cancelled" });
    const sequences = lines.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    second.process.kill("SIGTERM");
    await second.ended;
  });
});

describe("a mesh that speaks TLS, wants certificates and asks for a token", () => {
  const folder = temporaryFolder();
  const make = certificateMaker(folder);
  const authority = make.authority("authority");
  const service = make.signed("service", authority, "localhost");
  const person = make.signed("person", authority);
  const token = "e".repeat(64);
  const tokens = join(folder, "tokens");
  const own = join(folder, "own");
  writeFileSync(tokens, `person ${token}\n`);
  writeFileSync(own, token);
  const tls = ["--tls-ca", authority.cert, "--tls-client-cert", person.cert, "--tls-client-key", person.key];
  let mesh: Awaited<ReturnType<typeof serve>>;
  let server: string[];

  beforeAll(async () => {
    const shown = ["--tls-cert", service.cert, "--tls-key", service.key, "--tls-client-ca", authority.cert];
    mesh = await meshIn(folder, "127.0.0.1:0", ...shown, "--token-file", tokens);
    server = ["--server", mesh.address.replace("127.0.0.1", "localhost")];
  });
  afterAll(async () => {
    mesh.process.kill("SIGTERM");
    await mesh.ended;
  });

  it("answers who has them, by flags or by the environment", async () => {
    const random = ["--config", tiny, "--strategy", "random", "--id", "secret", "--wait"];
    expect(done(await bnas("submit", ...random, ...server, ...tls, "--token-file", own))).toMatch(/^secret\n/);
    vi.stubEnv("BNAS_TLS_CA", authority.cert);
    vi.stubEnv("BNAS_TLS_CLIENT_CERT", person.cert);
    vi.stubEnv("BNAS_TLS_CLIENT_KEY", person.key);
    vi.stubEnv("BNAS_TOKEN_FILE", own);
    expect(done(await bnas("list", ...server))).toMatch(/\nsecret +finished/);
  });

  it.each([
    ["a token", () => tls, 2, /needs a token\. Give --token-file FILE \(BNAS_TOKEN_FILE\)/],
    ["a certificate", () => ["--tls-ca", authority.cert], 5, /Give --tls-client-cert and --tls-client-key/],
    ["TLS", () => [], 5, /may take TLS alone\. Give --tls-ca/],
    ["half of a pair", () => ["--tls-client-key", person.key], 2, /--tls-client-cert.*belongs to --tls-client-key/],
  ])("tells who lacks %s by which flag to give it", async (_, flags, code, message) => {
    const ended = await bnas("list", ...server, ...flags());
    refused(ended, code, message);
    expect(ended.stdout + ended.stderr).not.toMatch(new RegExp(`${token}|PRIVATE`));
  });
});
