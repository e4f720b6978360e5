import { execFile } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { parseGenotype } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../clients/documented.js";
import { grpcurl } from "../clients/installed.js";
import { type ServedMesh, serveMesh } from "../clients/served-mesh.js";

/** The commands of docs/clients.md, in their order. */
const [
  list,
  describeMethod,
  describeMessage,
  health,
  validate,
  create,
  watch,
  architecture,
  searches,
  unknown,
  refused,
] = commands("grpcurl");

describe("grpcurl, as docs/clients.md shows it", () => {
  let mesh: ServedMesh;
  let path: string;
  beforeAll(async () => {
    path = [dirname(await grpcurl()), process.env.PATH].join(delimiter);
    mesh = await serveMesh();
  }, 600_000);
  afterAll(async () => {
    expect(await mesh.stop()).toBe(0);
  });

  const run = (command = ""): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> =>
    new Promise((resolve) => {
      const here = command.replace("127.0.0.1:7000", mesh.address("SearchService"));
      execFile("bash", ["-c", here], { env: { ...process.env, PATH: path } }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });
  const succeeds = async (command: string | undefined): Promise<string> => {
    const { code, stdout, stderr } = await run(command);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  it("is all that is tested here", () => {
    expect(commands("grpcurl")).toHaveLength(11);
  });

  it("lists the services by reflection", async () => {
    expect(await succeeds(list)).toBe("bnas.v1.SearchService\ngrpc.health.v1.Health\n");
  });

  it("describes a method and a message with its comments", async () => {
    expect(await succeeds(describeMethod)).toMatch(/rpc CreateSearch \( \.bnas\.v1\.CreateSearchRequest \) returns/);
    const message = await succeeds(describeMessage);
    expect(message).toMatch(/uint32 page_size = 1;/);
    expect(message).toMatch(/\/\/ .*Opaque/);
  });

  it("checks health", async () => {
    expect(JSON.parse(await succeeds(health))).toEqual({ status: "SERVING" });
  });

  it("checks a spec, which comes back complete, and opens nothing", async () => {
    expect(JSON.parse(await succeeds(validate))).toMatchObject({
      searchId: "first",
      spec: { seed: 7, weights: { momentum: 0.9 } },
      message: "valid; nothing was opened",
    });
    expect(JSON.parse(await succeeds(searches))).toEqual({});
  });

  it("opens a search, watches it to its end, and takes the architecture", async () => {
    expect(JSON.parse(await succeeds(create))).toMatchObject({ searchId: "first", spec: { strategy: "random" } });
    const subjects = (await succeeds(watch)).match(/(?<="subject": ")[^"]+/g);
    expect(subjects).toEqual(["bnas.search.first.opened", "bnas.search.first.finished"]);
    const { genotypeJson, genotypeText, normal } = JSON.parse(await succeeds(architecture));
    expect(parseGenotype(genotypeJson)).toEqual(parseGenotype(genotypeText));
    expect(normal.links).toHaveLength(8);
    expect(JSON.parse(await succeeds(searches))).toMatchObject({
      searches: [{ searchId: "first", state: "SEARCH_STATE_FINISHED" }],
    });
  });

  it("gets what is not there, and what is wrong by its field", async () => {
    const notFound = await run(unknown);
    expect(notFound.code).not.toBe(0);
    expect(notFound.stderr).toMatch(/Code: NotFound\n\s+Message: there is no search no-such/);
    const invalid = await run(refused);
    expect(invalid.code).not.toBe(0);
    expect(invalid.stderr).toMatch(/Code: InvalidArgument/);
    // By reflection it knows what lies in the details.
    expect(invalid.stderr).toMatch(/"field": "spec\.network\.cells"/);
    expect(invalid.stderr).toMatch(/"allowed": "a whole number from 2 to 32"/);
  });
});
