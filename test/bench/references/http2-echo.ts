import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Work } from "../gate/cost.js";

/** An HTTP/2 server and one client on loopback, which sends bytes and gets them back, one call after the other. */
export const http2Echo = async (bytes: Uint8Array, calls: number): Promise<Work & { readonly close: () => void }> => {
  const server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    stream.pipe(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);
  return {
    units: calls,
    async run() {
      for (let call = 0; call < calls; call++) {
        const stream = session.request({ ":method": "POST", ":path": "/" });
        stream.end(bytes);
        await buffer(stream);
      }
    },
    close() {
      session.close();
      server.close();
    },
  };
};
