import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { freePorts, NatsServer } from "./server.js";

/** Three servers on loopback that keep JetStream together: `n1`, `n2`, `n3`. */
export class NatsCluster {
  /** By name. */
  readonly servers: ReadonlyMap<string, NatsServer>;

  private constructor(servers: ReadonlyMap<string, NatsServer>) {
    this.servers = servers;
  }

  /**
   * Start them, and wait until they have agreed who leads. @param more lines for the configuration of each; a client without
   * credentials must still be a user (`no_auth_user`)
   * @param sync when they sync their disks
   */
  static async start(more = "", sync = "always"): Promise<NatsCluster> {
    const names = ["n1", "n2", "n3"];
    const ports = await freePorts(2 * names.length);
    const routes = ports.slice(names.length);
    const urls = routes.map((route) => `"nats://127.0.0.1:${route}"`).join(", ");
    const started = await Promise.all(
      names.map(async (name, i) => {
        const group = `cluster { name: bnas, listen: "127.0.0.1:${routes[i]}", routes: [${urls}] }`;
        return [name, await NatsServer.start(`server_name: ${name}\n${group}\n${more}`, ports[i], sync)] as const;
      }),
    );
    const cluster = new NatsCluster(new Map(started));
    await cluster.#untilLed();
    return cluster;
  }

  async #untilLed(): Promise<void> {
    const connection = await connect({ servers: this.addresses.split(",") });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    for (let tries = 0; ; tries++) {
      try {
        await manager.getAccountInfo();
        break;
      } catch (error) {
        if (tries === 60) throw new Error("the cluster has no leader after a minute", { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
    await connection.close();
  }

  /** HOST:PORT of all, with commas. */
  get addresses(): string {
    return [...this.servers.values()].map(({ address }) => address).join(",");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }
}
