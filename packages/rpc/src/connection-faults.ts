import { type BnasError, fault, method, setting, type Text, text } from "@bnas/errors";
import { ClientError, Status } from "nice-grpc-common";

/** How a client calls: in plain text, by TLS, or by TLS with a certificate of its own. */
export type Security = "plain" | "tls" | "mutual";

type Fault = { readonly says: RegExp; readonly message: Text; readonly hint: Text };

const tlsCa = setting("tlsCa");
const tlsClientCert = setting("tlsClientCert");
const tlsClientKey = setting("tlsClientKey");

/** What OpenSSL and Node say, and what it means for the person who configured this. */
const tlsFaults: readonly Fault[] = [
  {
    says: /wrong version number|packet length too long/,
    message: "the server does not speak TLS",
    hint: text`Give the server tlsCert and tlsKey, or leave ${tlsCa} out to call in plain text.`,
  },
  {
    says: /unable to verify|self[- ]signed certificate|unable to get (local )?issuer/,
    message: text`the certificate of the server was signed by nobody in ${tlsCa}`,
    hint: text`Give in ${tlsCa} the certificate of who signed the server's tlsCert.`,
  },
  {
    says: /ALTNAME_INVALID/,
    message: "the certificate of the server is for another host than the one that was called",
    hint: "Call it by a name in its tlsCert, or sign one with that name.",
  },
  {
    says: /certificate has expired|not yet valid/,
    message: "the certificate of the server is not valid now",
    hint: "Renew the server's tlsCert; it is read again within seconds.",
  },
  {
    says: /alert (certificate required|bad certificate|unknown ca|handshake failure|certificate (unknown|expired|revoked))/,
    message: "the server does not take the certificate of this client, or wants one",
    hint: text`Give ${tlsClientCert} and ${tlsClientKey}, signed by someone in the server's tlsClientCa.`,
  },
];

/** The server hung up before a word was said; gRPC knows no reason. */
const hungUp: Readonly<Record<Security, Omit<Fault, "says">>> = {
  plain: {
    message: "the server ended the connection at once: it may take TLS alone",
    hint: text`Give ${tlsCa} to call by TLS, or see whether another kind of server is at this address.`,
  },
  tls: {
    message: "the server ended the connection at once: it may want a certificate of this client",
    hint: text`Give ${tlsClientCert} and ${tlsClientKey}, or see whether another kind of server is at this address.`,
  },
  mutual: {
    message: "the server ended the connection at once: it may not take the certificate of this client",
    hint: text`Give a ${tlsClientCert} that was signed by someone in the server's tlsClientCa.`,
  },
};

/** An error that says why there is no connection, where that is known to be a matter of TLS; else undefined. */
export const connectionFault = (error: unknown, security: Security): BnasError | undefined => {
  if (!(error instanceof ClientError) || error.code !== Status.UNAVAILABLE) return undefined;
  const { details, path } = error;
  const known = tlsFaults.find(({ says }) => says.test(details));
  const found = known ?? (/Last error: Failed to connect/.test(details) ? hungUp[security] : undefined);
  if (found === undefined) return undefined;
  return fault("UNAVAILABLE", text`${method(path)}: ${found.message}`, found.hint, { cause: error });
};
