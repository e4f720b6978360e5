import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandFailed, run } from "./command.js";
import { cache } from "./layout.js";

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
  const folder = join(cache, `kubernetes-${version(module, "k8s.io/kubernetes")}-${await digest()}`);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  // Beside its place first, so that a folder of that name is always whole.
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await build(partial, module);
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
  const kubernetes = version(module, "k8s.io/kubernetes");
  const [major, minor] = kubernetes.split(".");
  const stamps = {
    "k8s.io/component-base/version.gitVersion": `v${kubernetes}`,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minor,
    "k8s.io/client-go/pkg/version.gitVersion": `v${kubernetes}`,
    "helm.sh/helm/v3/internal/version.version": `v${version(module, "helm.sh/helm/v3")}`,
  };
  const linker = ["-s", "-w", ...Object.entries(stamps).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
  const args = [
    "build",
    "-p",
    "2",
    "-trimpath",
    "-gcflags=all=-dwarf=false",
    "-ldflags",
    linker,
    "-o",
    `${folder}/`,
    ...programs,
  ];
  console.log(`Building Kubernetes ${kubernetes} and its tools from Go modules, once: 7 minutes on two free cores`);
  try {
    // The compiler spends a fifth of its time on collecting garbage when memory is left at the default.
    await run("go", args, { cwd: sources, env: { CGO_ENABLED: "0", GOGC: "400", GOFLAGS: "-mod=readonly" } });
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

/** Of what is built: another version or another line of ours is another folder. */
async function digest(): Promise<string> {
  const files = (await readdir(sources, { recursive: true }))
    .filter((name) => /\.go$|go\.(mod|sum)$/.test(name))
    .sort();
  const hash = createHash("sha256");
  for (const name of files) hash.update(name).update(await readFile(join(sources, name)));
  return hash.digest("hex").slice(0, 8);
}

function version(module: string, path: string): string {
  const [, found] = module.match(new RegExp(`^\\s*${path.replaceAll(".", "\\.")} v(\\S+)`, "m")) ?? [];
  if (found === undefined) throw new Error(`test/cluster/binaries/go.mod names no version of ${path}`);
  return found;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
