import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll } from "vitest";
import { NatsServer } from "../../../test/nats/server.js";

/** One real server for a test file. @param more lines for its configuration */
export function natsServer(more = ""): {
  readonly server: NatsServer;
  readonly address: string;
  /**
   * No stream but KEEP. Gives a name that no stream has had: one that is made at once under the name of one that was deleted
   * may find its messages (seen on 2.15.1).
   */
  empty(): Promise<string>;
} {
  let server: NatsServer | undefined;
  let made = 0;
  const started = (): NatsServer => {
    if (server === undefined) throw new Error("the server starts before the tests do");
    return server;
  };
  beforeAll(async () => {
    server = await NatsServer.start(more);
  }, 120_000);
  afterAll(() => server?.stop());
  return {
    get server() {
      return started();
    },
    get address() {
      return started().address;
    },
    async empty() {
      const connection = await connect({ servers: started().address });
      const { streams } = await jetstreamManager(connection);
      // With the last stream the server removes the folder of all, into which the next one may just be put.
      await streams.add({ name: "KEEP", subjects: ["keep"] });
      for await (const { config } of streams.list()) if (config.name !== "KEEP") await streams.delete(config.name);
      await connection.close();
      made++;
      return `T${made}`;
    },
  };
}
