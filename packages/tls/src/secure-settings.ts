import { type InvalidInput, invalidInput, setting, text } from "@bnas/errors";
import { silentLogger } from "@bnas/telemetry";
import { z } from "zod";
import { type ClientTls, channelCredentials, type ServerTls } from "./tls.js";

/** A setting that is the path of a file. @param describe what it is for @param what is in the file, for errors */
export const fileSetting = (describe: string, what: string) =>
  z
    .string()
    .min(1)
    .optional()
    .describe(describe)
    .meta({ allowed: `the path of ${what}` });

/**
 * Settings of every service for the security of gRPC. Secrets are given by the paths of files alone: a value in a variable or on a
 * command line can be read by every user who lists processes, and ends up in crash reports.
 */
export const secureSettings = {
  tlsCert: fileSetting("Answer by TLS: the certificate that the service shows, in PEM.", "a certificate in PEM"),
  tlsKey: fileSetting("Its private key, in PEM.", "a private key in PEM"),
  tlsClientCa: fileSetting(
    "Callers must show a certificate that one of these has signed (mutual TLS), in PEM.",
    "certificates in PEM",
  ),
  tlsCa: fileSetting("Call other services by TLS: who signs their certificates, in PEM.", "certificates in PEM"),
  tlsClientCert: fileSetting("The certificate that is shown to other services, in PEM.", "a certificate in PEM"),
  tlsClientKey: fileSetting("Its private key, in PEM.", "a private key in PEM"),
} as const;

export type SecureSettings = { readonly [Name in keyof typeof secureSettings]?: string | undefined };

/** Undefined: plain text. @throws InvalidInput that names the setting that is missing */
export const serverTls = (settings: SecureSettings): ServerTls | undefined => {
  const { tlsCert, tlsKey, tlsClientCa } = settings;
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined;
  if (tlsCert === undefined)
    throw missing("tlsCert", "the certificate", tlsKey === undefined ? "tlsClientCa" : "tlsKey");
  if (tlsKey === undefined) throw missing("tlsKey", "the private key", "tlsCert");
  return { certFile: tlsCert, keyFile: tlsKey, ...(tlsClientCa === undefined ? {} : { clientCaFile: tlsClientCa }) };
};

/** Undefined: plain text. @throws InvalidInput that names the setting that is missing */
export const clientTls = (settings: SecureSettings): ClientTls | undefined => {
  const { tlsCa, tlsClientCert, tlsClientKey } = settings;
  if (tlsClientCert === undefined && tlsClientKey !== undefined) {
    throw missing("tlsClientCert", "the certificate", "tlsClientKey");
  }
  if (tlsClientCert !== undefined && tlsClientKey === undefined) {
    throw missing("tlsClientKey", "the private key", "tlsClientCert");
  }
  if (tlsCa === undefined && tlsClientCert !== undefined) throw missing("tlsCa", "who signs servers", "tlsClientCert");
  if (tlsCa === undefined) return undefined;
  return {
    caFile: tlsCa,
    ...(tlsClientCert === undefined || tlsClientKey === undefined
      ? {}
      : { certFile: tlsClientCert, keyFile: tlsClientKey }),
  };
};

/** Whether a client could be opened; for a service that opens it later, so that it does not start on files that cannot be used. */
export const checkClientTls = (settings: SecureSettings): void => {
  const tls = clientTls(settings);
  if (tls !== undefined) channelCredentials(tls, silentLogger);
};

/** A setting that belongs to one that was given, and was not. @param what is in its file */
export const missing = (name: string, what: string, given: string): InvalidInput => {
  const words = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const names = `BNAS_${words.toUpperCase()} in the environment, or --${words.replaceAll("_", "-")} on the command line`;
  return invalidInput(name, undefined, text`the path of ${what} that belongs to ${setting(given)}`, `Set ${names}.`);
};
