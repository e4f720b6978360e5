import { fileSetting, missing } from "@bnas/tls";
import type { NatsOptions } from "./nats-options.js";

/**
 * Settings of every service that uses NATS, for its security. As with gRPC, secrets are given by the paths of files alone; the
 * address says where NATS is.
 */
export const natsSettings = {
  natsCa: fileSetting(
    "Who signs the certificates of the NATS servers, in PEM; they must speak TLS.",
    "certificates in PEM",
  ),
  natsCert: fileSetting("The certificate that is shown to NATS (mutual TLS), in PEM.", "a certificate in PEM"),
  natsKey: fileSetting("Its private key, in PEM.", "a private key in PEM"),
  natsCredentials: fileSetting(
    "Who the service is to NATS: a `.creds` file, or a line `user password`.",
    "a .creds file, or of a file with a line `user password`",
  ),
} as const;

export type NatsSettings = { readonly [Name in keyof typeof natsSettings]?: string | undefined };

/** How long a service that starts waits for NATS, in milliseconds: both may have been started at the same time. */
const START_PATIENCE_MS = 60_000;

/** As natsSecurity, for a process that is one service: it waits for NATS before it gives up. */
export const natsOfService = (settings: NatsSettings): Partial<NatsOptions> => ({
  ...natsSecurity(settings),
  connectPatienceMs: START_PATIENCE_MS,
});

/** What the settings say of how to reach NATS. @throws InvalidInput that names the setting that is missing */
export const natsSecurity = ({
  natsCa,
  natsCert,
  natsKey,
  natsCredentials,
}: NatsSettings): Pick<NatsOptions, "tls" | "credentialsFile"> => {
  if (natsCert !== undefined && natsKey === undefined) throw missing("natsKey", "the private key", "natsCert");
  if (natsCert === undefined && natsKey !== undefined) throw missing("natsCert", "the certificate", "natsKey");
  const identity = natsCert === undefined || natsKey === undefined ? {} : { certFile: natsCert, keyFile: natsKey };
  const tls = { ...(natsCa === undefined ? {} : { caFile: natsCa }), ...identity };
  return {
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(natsCredentials === undefined ? {} : { credentialsFile: natsCredentials }),
  };
};
