import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { installPackages } from "./apt.js";

/** What comes from Debian: a file that proves it is there, by the package that brings it. */
const needed: Readonly<Record<string, string>> = {
  containerd: "containerd",
  runc: "runc",
  "containernetworking-plugins": "/usr/lib/cni/bridge",
  iptables: "iptables",
  ipset: "ipset",
  iproute2: "ip",
  conntrack: "conntrack",
  procps: "sysctl",
  "util-linux": "nsenter",
  openssl: "openssl",
  buildah: "buildah",
  debootstrap: "debootstrap",
  "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
  gpgv: "gpgv",
};

/** Install what is missing, where that can be done. */
export async function installTools(): Promise<void> {
  const missing = await missingTools();
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !(await there("apt-get")))
    throw new Error(
      `The cluster needs these packages of Debian: ${missing.join(" ")}. Install them, or set KUBECONFIG to a cluster that you have.`,
    );
  console.log(`Installing ${missing.join(" ")}`);
  await installPackages(missing);
}

async function missingTools(): Promise<readonly string[]> {
  const found = await Promise.all(
    Object.entries(needed).map(async ([name, file]) => ({ name, has: await there(file) })),
  );
  return found.filter(({ has }) => !has).map(({ name }) => name);
}

async function there(file: string): Promise<boolean> {
  // The programs of the system may be out of a person's PATH.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const tries = await Promise.allSettled(
    (file.startsWith("/") ? [file] : folders.map((folder) => join(folder, file))).map((path) => access(path)),
  );
  return tries.some(({ status }) => status === "fulfilled");
}
