// A real Kubernetes on this machine, for the tests: see README.md.
//   node --import tsx test/cluster/cluster.ts up | status | down [--all] | restart DAEMON
//   node --import tsx test/cluster/cluster.ts kueue
//   node --import tsx test/cluster/cluster.ts base | build --file F --context C --tag T [--arg K=V]... | load T
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { alone, cache } from "../alone.js";
import { base } from "./base-image.js";
import { clusterBinaries } from "./binaries.js";
import { eventually } from "./eventually.js";
import { archiveOf, buildImage, loadImage } from "./images.js";
import { buildKueue } from "./kueue/build.js";
import { images, kubeconfig, state } from "./layout.js";
import { restart } from "./restart.js";
import { leftovers, status } from "./status.js";
import { down, up } from "./up.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean", default: false },
    file: { type: "string" },
    context: { type: "string" },
    tag: { type: "string" },
    arg: { type: "string", multiple: true, default: [] },
  },
});
const [command, operand] = positionals;

const given = (name: string, value: string | undefined): string => {
  if (value === undefined) throw new Error(`${command} needs ${name}: see the first lines of test/cluster/cluster.ts`);
  return value;
};

const commands: Readonly<Record<string, () => Promise<void>>> = {
  async up() {
    await up();
    console.log(
      `export KUBECONFIG=${kubeconfig}\nexport PATH=${await clusterBinaries()}:$PATH   # kubectl and helm of its version`,
    );
  },
  async down() {
    await down();
    if (values.all) await alone("images", () => rm(images, { recursive: true, force: true }));
    // A client that still runs may take a moment to see that it is gone.
    await eventually("The end of all that is the cluster's", 10, async () => {
      const left = await leftovers();
      if (left.length > 0) throw new Error(`Still there:\n${left.join("\n")}`);
    });
    console.log(`Nothing of the cluster is left${values.all ? "" : `, but for programs and images in ${cache}`}.`);
  },
  async status() {
    const { text, up: isUp } = await status();
    console.log(text);
    if (!isUp) process.exitCode = 1;
  },
  async kueue() {
    const { version } = await buildKueue();
    console.log(`Kueue ${version} is built: operator-kueue.test.ts runs from now on.`);
  },
  restart: () => restart(given("the name of a daemon", operand)),
  async base() {
    console.log((await base()).BASE);
  },
  async build() {
    const args = Object.fromEntries(
      values.arg.map((one) => [one.split("=", 1)[0] ?? "", one.slice(one.indexOf("=") + 1)]),
    );
    const [dockerfile, context, tag] = [
      given("--file", values.file),
      given("--context", values.context),
      given("--tag", values.tag),
    ];
    console.log((await buildImage({ dockerfile, context, tag, args: { ...(await base()), ...args } })).archive);
  },
  async load() {
    const tag = given("the tag of an image that was built", operand);
    await loadImage({ tag, archive: archiveOf(tag) });
  },
};

const chosen = commands[command ?? ""];
if (chosen === undefined) {
  console.error(`What to do? One of ${Object.keys(commands).join(", ")}.`);
  process.exit(2);
}
try {
  await chosen();
} catch (error) {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  console.error(cause instanceof Error ? `${message}\n${cause.message}` : message);
  console.error(`Logs of the cluster's daemons: ${state}/log`);
  process.exitCode = 1;
}
