import { createServer } from "node:net";

/** A free port of an address, to be given to one process for its whole life: it comes back where it was. */
export const freePort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() =>
        address === null || typeof address === "string"
          ? reject(new Error("a TCP server has a port"))
          : resolve(address.port),
      );
    });
  });
