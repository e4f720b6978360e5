import { execFileSync, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";

/** A machine of its own as far as the network goes. */
export type Host = {
  readonly name: string;
  readonly address: string;
  /** The command that runs this one there. */
  readonly within: (command: readonly string[]) => readonly string[];
  /** Cut its network: what is sent to it or by it is lost, and no process is notified. */
  cut(): void;
  repair(): void;
};

/** What every network namespace begins without. */
export const openLoopback = (): void => ip("link", "set", "lo", "up");

const ip = (...words: readonly string[]): void => {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "pipe"] });
};

/** A switch, in the network namespace of this process, and machines at its cables. */
export class Network {
  /** Of this process and whatever it starts elsewhere than on a host. */
  readonly address = "10.66.0.1";
  #hosts = 0;

  private constructor() {}

  /** Lay it. Throws the system's error where that cannot be done. */
  static open(): Network {
    const network = new Network();
    ip("link", "add", "switch", "type", "bridge");
    ip("addr", "add", `${network.address}/24`, "dev", "switch");
    ip("link", "set", "switch", "up");
    return network;
  }

  /** A machine more: a network namespace, with a veth pair between it and the switch. */
  async host(name: string): Promise<Host> {
    const number = ++this.#hosts;
    const address = `10.66.0.${number + 1}`;
    const cable = `cable${number}`;
    const pid = await holdNamespace();
    const within = (command: readonly string[]) => ["nsenter", "-t", `${pid}`, "-n", "--", ...command];
    const inside = (...words: readonly string[]) => {
      const [command = "", ...args] = within(["ip", ...words]);
      execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    };
    ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", `${pid}`);
    ip("link", "set", cable, "master", "switch", "up");
    inside("link", "set", "lo", "up");
    inside("addr", "add", `${address}/24`, "dev", "eth0");
    inside("link", "set", "eth0", "up");
    return {
      name,
      address,
      within,
      cut: () => ip("link", "set", cable, "down"),
      repair: () => ip("link", "set", cable, "up"),
    };
  }
}

/** A process that does nothing in a network namespace of its own, which is there as long as it is. */
const holdNamespace = async (): Promise<number> => {
  const holder = spawn("unshare", ["--net", "cat"], { stdio: ["pipe", "ignore", "ignore"] });
  const { pid } = holder;
  if (pid === undefined) throw new Error("unshare did not start");
  process.once("exit", () => holder.kill("SIGKILL"));
  const ours = readlinkSync("/proc/self/ns/net");
  for (let tries = 0; readlinkSync(`/proc/${pid}/ns/net`) === ours; tries++) {
    if (tries === 500) throw new Error("unshare did not make a network namespace");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return pid;
};
