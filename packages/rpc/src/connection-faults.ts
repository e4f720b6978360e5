import { type BnasError, fault, method, setting, type Text, text } from "@bnas/errors";
import { type TlsFault, tlsFaultIn, tlsFaultMessage } from "@bnas/tls";
import { ClientError, Status } from "nice-grpc-common";

/** How a client calls: in plain text, by TLS, or by TLS with a certificate of its own. */
export type Security = "plain" | "tls" | "mutual";

type Fault = { readonly message: Text; readonly hint: Text };

const tlsCa = setting("tlsCa");
const tlsClientCert = setting("tlsClientCert");
const tlsClientKey = setting("tlsClientKey");

/** What to do about each fault of TLS. */
const tlsHints: Readonly<Record<TlsFault, Text>> = {
  "plain server": text`Give the server tlsCert and tlsKey, or leave ${tlsCa} out to call in plain text.`,
  "unknown signer": text`Give in ${tlsCa} the certificate of who signed the server's tlsCert.`,
  "other host": "Call it by a name in its tlsCert, or sign one with that name.",
  "not valid now": "Renew the server's tlsCert; it is read again within seconds.",
  "client refused": text`Give ${tlsClientCert} and ${tlsClientKey}, signed by someone in the server's tlsClientCa.`,
};

/** The server hung up before a word was said; gRPC knows no reason. */
const hungUp: Readonly<Record<Security, Fault>> = {
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
  const known = tlsFaultIn(details);
  const found =
    known !== undefined
      ? { message: tlsFaultMessage(known, text`${tlsCa}`), hint: tlsHints[known] }
      : /Last error: Failed to connect/.test(details)
        ? hungUp[security]
        : undefined;
  if (found === undefined) return undefined;
  return fault("UNAVAILABLE", text`${method(path)}: ${found.message}`, found.hint, { cause: error });
};
