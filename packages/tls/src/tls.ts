import type { Logger } from "@bnas/telemetry";
import { type ChannelCredentials, experimental, type ServerCredentials } from "@grpc/grpc-js";
import { CertificateFiles } from "./certificate-files.js";

/** TLS of a server. All are paths of PEM files. */
export type ServerTls = {
  /** The server's certificate, and whatever lies between it and a root. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Given: who calls must show a certificate that one of these has signed (mutual TLS). */
  readonly clientCaFile?: string;
  /** How often replaced files are looked for; default 10 seconds. */
  readonly lookEveryMs?: number;
};

/** TLS of a client. All are paths of PEM files. */
export type ClientTls = {
  /** Who signs the certificates of servers. */
  readonly caFile: string;
  /** What a server of mutual TLS is shown. */
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly lookEveryMs?: number;
};

/** @throws InvalidInput that names the setting and the file that cannot be used */
export const serverCredentials = (tls: ServerTls, logger: Logger): ServerCredentials => {
  const files = new CertificateFiles(
    {
      certificate: { setting: "tlsCert", path: tls.certFile },
      key: { setting: "tlsKey", path: tls.keyFile },
      ...(tls.clientCaFile === undefined ? {} : { ca: { setting: "tlsClientCa", path: tls.clientCaFile } }),
    },
    logger,
    tls.lookEveryMs,
  );
  const isMutual = tls.clientCaFile !== undefined;
  // grpc-js 1.14 declares the first two parameters by each other's names; it takes the certificate first and the roots second.
  return experimental.createCertificateProviderServerCredentials(files, isMutual ? files : null, isMutual);
};

/** @throws InvalidInput that names the setting and the file that cannot be used */
export const channelCredentials = (tls: ClientTls, logger: Logger): ChannelCredentials => {
  const { certFile, keyFile } = tls;
  const identity =
    certFile === undefined || keyFile === undefined
      ? {}
      : {
          certificate: { setting: "tlsClientCert", path: certFile },
          key: { setting: "tlsClientKey", path: keyFile },
        };
  const ca = { setting: "tlsCa", path: tls.caFile };
  const files = new CertificateFiles({ ca, ...identity }, logger, tls.lookEveryMs);
  return experimental.createCertificateProviderChannelCredentials(files, certFile === undefined ? null : files);
};
