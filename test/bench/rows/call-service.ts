import { Trainer, TrainerServiceDefinition } from "@bnas/proto";
import { connect, serveRpc } from "@bnas/rpc";
import { clockTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { http2Echo } from "../references/http2-echo.js";

const CALLS = 100;

export const row: Row = {
  measured: "a call of a service on loopback",
  reference: "an echo by HTTP/2 of as many bytes",
  pairs: { short: 15, full: 41 },
  async open() {
    const trainer = Trainer.fromPartial({ engine: "wasm", engineDigest: "0".repeat(64) });
    const implementation = { getTrainer: async () => trainer };
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [{ definition: TrainerServiceDefinition, implementation }],
    });
    const { client, close } = connect(TrainerServiceDefinition, server.address);
    const echo = await http2Echo(Trainer.encode(trainer).finish(), CALLS);
    const run = async () => {
      for (let call = 0; call < CALLS; call++) await client.getTrainer({});
    };
    return {
      measured: clockTime({ units: CALLS, run }),
      reference: clockTime(echo),
      async close() {
        echo.close();
        close();
        await server.drain();
      },
    };
  },
};
