import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, Unable } from "./command.js";
import { PACKAGES, WHEELS } from "./versions.js";

/** Fetches and unpacks an npm package by the registry that npm is configured for, checked by its hash. Runs no script of it. */
export const fetchPackage = (name, folder, scratch) => {
  const { version, integrity } = PACKAGES[name];
  const hint = `Check that npm reaches its registry: npm view ${name}@${version} version`;
  const [{ filename }] = JSON.parse(
    command("npm", ["pack", `${name}@${version}`, "--json", "--ignore-scripts", "--pack-destination", scratch], {
      cwd: scratch,
      hint,
    }),
  );
  const archive = join(scratch, filename.replace("@", "").replace("/", "-"));
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== integrity) {
    throw new Unable(`${name}@${version} is not the package that was tried: its hash is ${found}, not ${integrity}.`);
  }
  mkdirSync(folder, { recursive: true });
  command("tar", ["xzf", archive, "-C", folder, "--strip-components=1"], { cwd: scratch, hint: "Install tar." });
  // Files of some packages are for their owner alone; npm opens them to all, and so must we: pods run as another user.
  command("chmod", ["-R", "a+rX", folder], { cwd: scratch, hint: "Install coreutils." });
};

/** Fetches a wheel of TensorFlow by the index that pip is configured for; pip checks its hash. @returns its path */
export const fetchWheel = (device, scratch) => {
  const requirement = fileURLToPath(new URL(WHEELS[device].requirement, import.meta.url));
  const target = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"];
  const platform = ["--platform", "manylinux_2_27_x86_64", "--only-binary", ":all:"];
  const args = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
  command("python3", [...args, ...target, ...platform, "--dest", scratch, "--requirement", requirement], {
    cwd: scratch,
    hint:
      "It needs Python 3.9 or newer with pip, only now, not when it runs. Debian, Ubuntu: apt-get install python3-pip. " +
      "Behind a mirror: set PIP_INDEX_URL, or index-url in pip.conf.",
  });
  const wheel = readdirSync(scratch).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Unable(`pip left no wheel in ${scratch}`);
  return join(scratch, wheel);
};

/** Unpacks the libraries (lib/), headers (include/) and licences (notices/) of a wheel. */
export const unpackWheel = (wheel, folder) => {
  const script = fileURLToPath(new URL("take.py", import.meta.url));
  command("python3", [script, wheel, folder], {
    cwd: folder,
    hint: "Is the disk full? Run it again with more room, or with TMPDIR on another disk.",
  });
};
