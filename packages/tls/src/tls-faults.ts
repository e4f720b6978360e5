import { type Text, text } from "@bnas/errors";

/** Why two sides do not agree on TLS, as the client sees it. */
export type TlsFault = "plain server" | "unknown signer" | "other host" | "not valid now" | "client refused";

/** What OpenSSL, Node.js and the client of NATS say. */
const sayings: Readonly<Record<TlsFault, RegExp>> = {
  "plain server": /does not support 'tls'|wrong version number|packet length too long/,
  "unknown signer": /unable to verify|self[- ]signed certificate|unable to get (local )?issuer/,
  "other host": /ALTNAME_INVALID|does not match certificate's altnames/,
  "not valid now": /certificate has expired|not yet valid/,
  "client refused":
    /alert (certificate required|bad certificate|unknown ca|handshake failure|certificate (unknown|expired|revoked))/,
};

/** The fault that an error tells of, or undefined where it tells of none. @param said the error's message */
export const tlsFaultIn = (said: string): TlsFault | undefined =>
  (Object.keys(sayings) as TlsFault[]).find((fault) => sayings[fault].test(said)); // The keys of the table.

/** What a fault means for the person who configured the client. @param ca the setting that says whom the client trusts */
export const tlsFaultMessage = (fault: TlsFault, ca: Text): Text => {
  switch (fault) {
    case "plain server":
      return "the server does not speak TLS";
    case "unknown signer":
      return text`the certificate of the server was signed by no one in ${ca}`;
    case "other host":
      return "the certificate of the server is for another host than the one that was called";
    case "not valid now":
      return "the certificate of the server is not valid now";
    case "client refused":
      return "the server does not take the certificate of this client, or wants one";
  }
};
