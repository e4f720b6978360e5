import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache } from "../../alone.js";
import { builtOnce, exists, goBuild, moduleDigest, versionIn } from "../binaries.js";
import { run } from "../command.js";
import { type Image, imageOnce } from "../images.js";

/** A module of its own: it needs newer parts of Kubernetes than the cluster's programs. */
const module = fileURLToPath(new URL(".", import.meta.url));
const path = "sigs.k8s.io/kueue";

export type Kueue = {
  readonly version: string;
  readonly image: Image;
  /** The folder of its own Helm chart, as its module has it. */
  readonly chart: string;
};

/** Why there is no Kueue to test with: its build takes longer than all tests of the operator together, and is not done unasked. */
export async function whyNoKueue(): Promise<string | undefined> {
  if (await exists(await folderOf(await kueueVersion()))) return undefined;
  return "Kueue is not built; node --import tsx test/cluster/cluster.ts kueue does it, in about four minutes";
}

/** Kueue, built from its Go module when it is not there yet. */
export async function buildKueue(): Promise<Kueue> {
  const version = await kueueVersion();
  const folder = await builtOnce(await folderOf(version), async (partial) => {
    console.log(`Building Kueue ${version} from its Go module, once: 3 minutes on two free cores`);
    const linker = `-s -w -X ${path}/pkg/version.GitVersion=v${version}`;
    await goBuild(partial, { module, linker, programs: [`${path}/cmd/kueue`] });
    const source = await run("go", ["list", "-m", "-f", "{{.Dir}}", path], { cwd: module });
    await cp(join(source.trim(), "charts/kueue"), join(partial, "chart"), { recursive: true });
  });
  const image = await imageOnce({
    dockerfile: join(module, "Dockerfile"),
    context: folder,
    tag: `bnas.dev/kueue:${version}`,
    archive: join(folder, "kueue.tar"),
  });
  return { version, image, chart: join(folder, "chart") };
}

const kueueVersion = async (): Promise<string> => versionIn(await readFile(join(module, "go.mod"), "utf8"), path);

const folderOf = async (version: string): Promise<string> =>
  join(cache, `kueue-${version}-${await moduleDigest(module)}`);
