import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache } from "../alone.js";
import { CommandFailed, run } from "./command.js";

/** The Go module that names the versions: all programs in one module, so that what they share compiles once. */
const sources = fileURLToPath(new URL("./binaries", import.meta.url));

const programs = [
  "helm.sh/helm/v3/cmd/helm",
  ...["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet"].map(
    (name) => `k8s.io/kubernetes/cmd/${name}`,
  ),
  "./...",
];

/** The folder of the cluster's programs, built outside the tree when they are not there yet. */
export async function clusterBinaries(): Promise<string> {
  const module = await readFile(join(sources, "go.mod"), "utf8");
  const folder = join(cache, `kubernetes-${versionIn(module, "k8s.io/kubernetes")}-${await moduleDigest(sources)}`);
  return builtOnce(folder, (partial) => build(partial, module));
}

/** A folder that is there, or is made. */
export async function builtOnce(folder: string, make: (partial: string) => Promise<void>): Promise<string> {
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  // Beside its place first, so that a folder of that name is always whole.
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await make(partial);
    await rename(partial, folder);
  } catch (error) {
    if (await exists(folder)) return folder;
    throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

async function build(folder: string, module: string): Promise<void> {
  const kubernetes = versionIn(module, "k8s.io/kubernetes");
  const [major, minor] = kubernetes.split(".");
  const stamps = {
    "k8s.io/component-base/version.gitVersion": `v${kubernetes}`,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minor,
    "k8s.io/client-go/pkg/version.gitVersion": `v${kubernetes}`,
    "helm.sh/helm/v3/internal/version.version": `v${versionIn(module, "helm.sh/helm/v3")}`,
  };
  const linker = ["-s", "-w", ...Object.entries(stamps).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
  console.log(`Building Kubernetes ${kubernetes} and its tools from Go modules, once: 7 minutes on two free cores`);
  try {
    await goBuild(folder, { module: sources, linker, programs });
  } catch (error) {
    if (error instanceof CommandFailed && error.message.includes("did not start"))
      throw new Error(
        "The cluster is built by Go 1.24 or newer, and there is none in PATH. Install Go, or set KUBECONFIG to a cluster that you have.",
        {
          cause: error,
        },
      );
    throw error;
  }
}

/** Programs of a Go module, or that it requires, into a folder. @param module the folder of its go.mod */
export async function goBuild(
  folder: string,
  {
    module,
    linker,
    programs,
  }: { readonly module: string; readonly linker: string; readonly programs: readonly string[] },
): Promise<void> {
  const flags = ["-p", "2", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", linker, "-o", `${folder}/`];
  // The compiler spends a fifth of its time on collecting garbage when memory is left at the default.
  const env = { CGO_ENABLED: "0", GOGC: "400", GOFLAGS: "-mod=readonly" };
  await run("go", ["build", ...flags, ...programs], { cwd: module, env });
}

/** Of what is built: another version or another line of ours is another folder. */
export async function moduleDigest(module: string): Promise<string> {
  const files = (await readdir(module, { recursive: true })).filter((name) => /\.go$|go\.(mod|sum)$/.test(name)).sort();
  const hash = createHash("sha256");
  for (const name of files) hash.update(name).update(await readFile(join(module, name)));
  return hash.digest("hex").slice(0, 8);
}

/** The version that a go.mod names. */
export function versionIn(module: string, path: string): string {
  const [, found] = module.match(new RegExp(`^\\s*${path.replaceAll(".", "\\.")} v(\\S+)`, "m")) ?? [];
  if (found === undefined) throw new Error(`The go.mod names no version of ${path}`);
  return found;
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
