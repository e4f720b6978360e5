import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Adapters of others are tested by the packed form of our packages: what `npm pack` puts into a tarball, and nothing beside it.
const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = ["errors", "search", "disk", "telemetry", "log", "jobs", "lead", "store", "testing"];
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bnas-elsewhere-"));
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@bnas"), { recursive: true });
  const theirs = (await readdir(join(root, "node_modules"))).filter(
    (name) => name !== "@bnas" && !name.startsWith(".vite"),
  );
  for (const name of theirs) await symlink(join(root, "node_modules", name), join(modules, name));
  const paths = packages.map((name) => `./packages/${name}`);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, ...paths], { cwd: root });
  for (const { name, filename } of JSON.parse(stdout)) {
    await mkdir(join(modules, name));
    await run("tar", ["xzf", join(folder, filename), "--strip-components=1", "-C", join(modules, name)]);
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "elsewhere", private: true, type: "module" }));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Run a test file there; gives how many of its tests passed and failed. */
const results = async (text: string): Promise<{ readonly passed: number; readonly failed: number }> => {
  await writeFile(join(folder, "adapter.test.js"), text);
  const output = join(folder, "results.json");
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const asked = ["run", "--root", folder, "--reporter=json", `--outputFile=${output}`];
  await run(process.execPath, [vitest, ...asked], { cwd: folder }).catch(() => {});
  const { numPassedTests, numFailedTests } = JSON.parse((await run("cat", [output])).stdout);
  return { passed: numPassedTests, failed: numFailedTests };
};

/** A store in a map, written as an outside author would: by the contract alone. */
const mapStore = (checks: string): string => `
import { createHash } from "node:crypto";
import { blobMissing } from "@bnas/store";
import { storeContract } from "@bnas/testing/contracts";

class MapStore {
  blobs = new Map();
  async put(bytes) {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.blobs.set(sha256, { bytes: Uint8Array.from(bytes), putAt: Date.now() });
    return sha256;
  }
  async get(sha256) {
    ${checks}
    const blob = this.blobs.get(sha256);
    if (blob === undefined) throw blobMissing(sha256, "map:");
    return Uint8Array.from(blob.bytes);
  }
  async has(sha256) {
    ${checks}
    return this.blobs.has(sha256);
  }
  async *list() {
    for (const [sha256, { bytes, putAt }] of this.blobs) yield { sha256, bytes: bytes.length, putAt };
  }
  async remove(sha256, before) {
    ${checks}
    const blob = this.blobs.get(sha256);
    return blob !== undefined && blob.putAt <= before && this.blobs.delete(sha256);
  }
  async sweep() {
    return 0;
  }
}

let last;
storeContract(
  "MapStore",
  async () => {
    last = new MapStore();
    return last;
  },
  async (sha256) => {
    last.blobs.get(sha256).putAt -= 3_600_000;
  },
);
`;

describe("an adapter that was written elsewhere", () => {
  it("passes the suite of its contract when it keeps it, and learns where it does not", async () => {
    const kept = await results(
      mapStore('if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error("it takes 64 lower-case hex digits");'),
    );
    const careless = await results(mapStore(""));
    expect(kept.failed).toBe(0);
    expect(careless).toEqual({ passed: kept.passed - 1, failed: 1 });
  });

  it("finds the suites of log, jobs and lead there, which a log in memory keeps", async () => {
    const { passed, failed } = await results(`
import { LocalJobs } from "@bnas/jobs";
import { LeadAlone } from "@bnas/lead";
import { MemoryLog } from "@bnas/log";
import { jobsContract, leadContract, logContract, removalContract } from "@bnas/testing/contracts";

const open = async (policy) => {
  const log = new MemoryLog();
  return { log, jobs: new LocalJobs(log.live, policy), lead: new LeadAlone(log.live.closing) };
};
logContract("theirs", async () => (await open()).log);
removalContract("theirs", async () => (await open()).log);
jobsContract("theirs", open);
leadContract("theirs", open);
`);
    expect(failed).toBe(0);
    expect(passed).toBeGreaterThan(40);
  });
});
