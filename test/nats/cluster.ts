import { freePort, NatsServer } from "./server.js";

/** Three servers on loopback that keep JetStream together: `n1`, `n2`, `n3`. */
export class NatsCluster {
  /** By name. */
  readonly servers: ReadonlyMap<string, NatsServer>;

  private constructor(servers: ReadonlyMap<string, NatsServer>) {
    this.servers = servers;
  }

  static async start(): Promise<NatsCluster> {
    const nodes = await Promise.all(
      ["n1", "n2", "n3"].map(async (name) => ({ name, client: await freePort(), route: await freePort() })),
    );
    const routes = nodes.map(({ route }) => `"nats://127.0.0.1:${route}"`).join(", ");
    const started = await Promise.all(
      nodes.map(async ({ name, client, route }) => {
        const cluster = `cluster { name: bnas, listen: "127.0.0.1:${route}", routes: [${routes}] }`;
        return [name, await NatsServer.start(`server_name: ${name}\n${cluster}`, client)] as const;
      }),
    );
    return new NatsCluster(new Map(started));
  }

  /** HOST:PORT of all, with commas. */
  get addresses(): string {
    return [...this.servers.values()].map(({ address }) => address).join(",");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }
}
