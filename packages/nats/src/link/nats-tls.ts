import { certificatesIn, privateKeyOf, readPem } from "@bnas/tls";
import type { NatsOptions } from "./nats-options.js";

/**
 * Whether the files of TLS can be used and fit together, so that no service starts with files that cannot be used. (The client of
 * NATS reads them again at each connection: files that were replaced are used for the next.)
 * @throws InvalidInput that names the setting and the file
 */
export const checkNatsTls = ({ caFile, certFile, keyFile }: NonNullable<NatsOptions["tls"]>): void => {
  if (caFile !== undefined) certificatesIn(readPem("natsCa", caFile));
  if (certFile === undefined || keyFile === undefined) return;
  const [own] = certificatesIn(readPem("natsCert", certFile));
  if (own !== undefined) privateKeyOf(own, readPem("natsKey", keyFile));
};
