import { type InvalidInput, invalidInput, setting, text } from "@bnas/errors";
import { silentLogger } from "@bnas/telemetry";
import { z } from "zod";
import { type ClientTls, channelCredentials, type ServerTls } from "./tls.js";

/** A setting that is the path of a file. @param what is in the file */
export const path = (what: string) => z.string().min(1).optional().describe(`the path of ${what}`);

/**
 * Settings of every service for the security of gRPC. Secrets are given by the paths of files alone: a value in a variable or on a
 * command line can be read by every user who lists processes, and ends up in crash reports.
 */
export const secureSettings = {
  /** PEM: the certificate that this service shows, and its key. */
  tlsCert: path("a certificate in PEM"),
  tlsKey: path("a private key in PEM"),
  /** PEM: who signs the certificates of callers; given, callers must show one (mutual TLS). */
  tlsClientCa: path("certificates in PEM"),
  /** PEM: who signs the certificates of the services that this one calls; given, it calls them by TLS. */
  tlsCa: path("certificates in PEM"),
  /** PEM: what this service shows to those that it calls. */
  tlsClientCert: path("a certificate in PEM"),
  tlsClientKey: path("a private key in PEM"),
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
