import { NatsServer } from "../nats/server.js";

/** A real nats-server that can be killed: it comes back on the same port and folder, as a supervisor would bring it. */
export const startBroker = async () => {
  const server = await NatsServer.start();
  let back = Promise.resolve();
  return {
    name: "nats-server",
    url: `nats://${server.address}`,
    signal() {
      back = back.then(async () => {
        await server.kill();
        await new Promise((resolve) => setTimeout(resolve, 100));
        await server.restart();
      });
    },
    async stop() {
      await back;
      await server.stop();
    },
  };
};
