import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "../../process/src/config.js";
import { checkClientTls, clientTls, type SecureSettings, secureSettings, serverTls } from "../src/secure-settings.js";

const refusal = (act: () => unknown): InvalidInput => {
  try {
    act();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("settings of TLS", () => {
  it("come from the environment, as paths", () => {
    const env = {
      BNAS_TLS_CERT: "cert.pem",
      BNAS_TLS_KEY: "key.pem",
      BNAS_TLS_CLIENT_CA: "ca.pem",
      BNAS_TLS_CA: "roots.pem",
    };
    const config = readConfig(z.strictObject({ ...secureSettings }), { env, prefix: "BNAS_" });
    expect(serverTls(config)).toEqual({ certFile: "cert.pem", keyFile: "key.pem", clientCaFile: "ca.pem" });
    expect(clientTls(config)).toEqual({ caFile: "roots.pem" });
  });

  it("are plain text when none is given", () => {
    expect([serverTls({}), clientTls({})]).toEqual([undefined, undefined]);
  });

  it("make a client of mutual TLS of a certificate and its key", () => {
    const settings = { tlsCa: "roots.pem", tlsClientCert: "cert.pem", tlsClientKey: "key.pem" };
    expect(clientTls(settings)).toEqual({ caFile: "roots.pem", certFile: "cert.pem", keyFile: "key.pem" });
  });

  const halves: [SecureSettings, string, string][] = [
    [{ tlsCert: "cert.pem" }, "tlsKey", "BNAS_TLS_KEY"],
    [{ tlsKey: "key.pem" }, "tlsCert", "--tls-cert"],
    [{ tlsClientCa: "ca.pem" }, "tlsCert", "BNAS_TLS_CERT"],
    [{ tlsClientCa: "ca.pem", tlsCert: "cert.pem" }, "tlsKey", "--tls-key"],
    [{ tlsCa: "roots.pem", tlsClientCert: "cert.pem" }, "tlsClientKey", "BNAS_TLS_CLIENT_KEY"],
    [{ tlsCa: "roots.pem", tlsClientKey: "key.pem" }, "tlsClientCert", "--tls-client-cert"],
    [{ tlsClientCert: "cert.pem", tlsClientKey: "key.pem" }, "tlsCa", "BNAS_TLS_CA"],
  ];
  it.each(halves)("name what is missing of a pair: of %j it is %s", (settings, field, name) => {
    const refused = refusal(() => [serverTls(settings), clientTls(settings)]);
    expect(refused).toMatchObject({ field, value: undefined });
    expect(refused.hint).toContain(name);
  });

  const folder = temporaryFolder();
  it("are checked for a client that is opened later", async () => {
    const path = join(await folder.path(""), "roots.pem");
    writeFileSync(path, "none");
    expect(refusal(() => checkClientTls({ tlsCa: path }))).toMatchObject({ field: "tlsCa", value: path });
    expect(() => checkClientTls({})).not.toThrow();
  });
});
