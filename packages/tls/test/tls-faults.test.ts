import { plainText, setting, text } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { tlsFaultIn, tlsFaultMessage } from "../src/index.js";

describe("a fault of TLS", () => {
  it.each([
    ["server does not support 'tls'", "plain server"],
    ["SSL routines:ssl3_get_record:wrong version number", "plain server"],
    ["packet length too long", "plain server"],
    ["unable to verify the first certificate", "unknown signer"],
    ["self-signed certificate in certificate chain", "unknown signer"],
    ["unable to get local issuer certificate", "unknown signer"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "other host"],
    ["Hostname/IP does not match certificate's altnames", "other host"],
    ["certificate has expired", "not valid now"],
    ["certificate is not yet valid", "not valid now"],
    ["ssl/tls alert bad certificate", "client refused"],
    ["tlsv13 alert certificate required", "client refused"],
    ["sslv3 alert certificate revoked", "client refused"],
  ] as const)("is recognized in `%s`", (said, fault) => expect(tlsFaultIn(said)).toBe(fault));

  it("is none where the server does not answer", () => {
    expect(tlsFaultIn("connect ECONNREFUSED 127.0.0.1:4222")).toBeUndefined();
  });

  it("names the setting that says whom the client trusts", () => {
    expect(plainText(tlsFaultMessage("unknown signer", text`${setting("tlsCa")}`))).toBe(
      "the certificate of the server was signed by no one in tlsCa",
    );
  });
});
