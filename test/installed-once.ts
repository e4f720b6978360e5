import { access, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { alone, cache } from "./alone.js";

/**
 * A folder that outlives the tests, filled once. It is made beside its place first, so that one of that name is always whole; two
 * tests that ask at the same time wait for one another.
 * @param needs what the machine must have, for the error
 */
export async function installedOnce(
  name: string,
  install: (partial: string) => Promise<unknown>,
  needs: string,
): Promise<string> {
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  return alone(name, async () => {
    if (await exists(folder)) return folder;
    const partial = await mkdtemp(`${folder}.partial-`);
    console.log(`installing ${name} into ${cache}, once`);
    try {
      await install(partial);
      await rename(partial, folder);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw new Error(`${name} could not be installed. ${needs}`, { cause: error });
    }
    return folder;
  });
}

/** Whether there is a file or folder of this path. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
