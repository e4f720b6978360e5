import { execFile } from "node:child_process";
import { accessSync, constants, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export const chart: string = new URL("../../charts/bnas", import.meta.url).pathname;

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Folders of binaries that tests have built once. */
function built(): readonly string[] {
  const cache = join(homedir(), ".cache", "bnas-mesh");
  try {
    return readdirSync(cache).flatMap((name) => [join(cache, name), join(cache, name, "bin")]);
  } catch {
    return [];
  }
}

/** Where helm is: BNAS_HELM, PATH, or what test/cluster has built; undefined: nowhere. */
export const helmBinary: string | undefined = [
  process.env.BNAS_HELM,
  ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "helm")),
  ...built().map((folder) => join(folder, "helm")),
]
  .filter((path) => path !== undefined)
  .find(executable);

/** For the name of a test that is skipped; empty where helm is there. */
export const helmMissing: string =
  helmBinary === undefined
    ? " (skipped: no helm; put one in PATH, name it in BNAS_HELM, or run npm run cluster:up)"
    : "";

/** The Kubernetes whose API versions helm assumes where it does not ask a cluster. */
const kubernetes = ["--kube-version", "1.34.4"];

/** Runs helm and gives its output, whether it succeeded or not. */
export const helm = (...args: readonly string[]): Promise<{ readonly ok: boolean; readonly said: string }> =>
  new Promise((resolve) => {
    const needsVersion = args[0] === "template" || args[0] === "lint";
    const all = needsVersion ? [...args, ...kubernetes] : [...args];
    execFile(helmBinary ?? "helm", all, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, said: stdout + (error === null ? "" : stderr) }),
    );
  });
