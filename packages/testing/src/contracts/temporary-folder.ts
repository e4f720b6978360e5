import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Paths in a folder of this test file, which goes when its tests have ended. */
export const temporaryFolder = (): { path(name: string): Promise<string>; fresh(): Promise<string> } => {
  let folder: Promise<string> | undefined;
  let made = 0;
  const root = () => {
    folder ??= mkdtemp(join(tmpdir(), "bnas-mesh-"));
    return folder;
  };
  afterAll(async () => rm(await root(), { recursive: true, force: true }));
  return {
    path: async (name) => join(await root(), name),
    fresh: async () => join(await root(), `${made++}`),
  };
};
