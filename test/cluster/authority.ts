import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.js";
import { api, link, node, services, state } from "./layout.js";

const folder = join(state, "pki");
export const certificate = (name: string): string => join(folder, `${name}.pem`);
export const key = (name: string): string => join(folder, `${name}.key`);
export const kubeconfigOf = (name: string): string => join(folder, `${name}.kubeconfig`);

/** Who talks to the API server, by common name and group. */
const clients = {
  admin: "/O=system:masters/CN=admin",
  kubelet: `/O=system:nodes/CN=system:node:${node}`,
  "kube-controller-manager": "/CN=system:kube-controller-manager",
  "kube-scheduler": "/CN=system:kube-scheduler",
  "kube-proxy": "/CN=system:kube-proxy",
  "network-policy": "/O=system:masters/CN=network-policy",
  volumes: "/O=system:masters/CN=volumes",
  kwok: "/O=system:masters/CN=kwok",
} as const;

/** Keys, certificates and kubeconfigs of a new cluster, made by `openssl`. */
export async function makeAuthority(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all([
    authority("ca"),
    authority("front-proxy-ca"),
    run("openssl", [
      "genpkey",
      "-algorithm",
      "RSA",
      "-pkeyopt",
      "rsa_keygen_bits:2048",
      "-out",
      key("service-account"),
    ]),
  ]);
  const hosts = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
  const addresses = [services.api, link.there, "127.0.0.1"];
  const names = [...hosts.map((host) => `DNS:${host}`), ...addresses.map((address) => `IP:${address}`)].join();
  await Promise.all([
    signed("kube-apiserver", "ca", "/CN=kube-apiserver", names),
    signed("kubelet-server", "ca", `/O=system:nodes/CN=system:node:${node}`, `DNS:${node},IP:${link.there}`),
    signed("kube-apiserver-kubelet-client", "ca", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
    signed("front-proxy-client", "front-proxy-ca", "/CN=front-proxy-client"),
    ...Object.entries(clients).map(async ([name, subject]) => {
      await signed(name, "ca", subject);
      await writeFile(kubeconfigOf(name), await kubeconfigText(name), { mode: 0o600 });
    }),
  ]);
}

const authority = (name: string): Promise<string> =>
  make(name, `/CN=${name}`, ["-addext", "keyUsage=critical,keyCertSign,digitalSignature"]);

const signed = (name: string, by: string, subject: string, names?: string): Promise<string> =>
  make(name, subject, [
    ...["-CA", certificate(by), "-CAkey", key(by), "-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "extendedKeyUsage=serverAuth,clientAuth"],
    ...(names === undefined ? [] : ["-addext", `subjectAltName=${names}`]),
  ]);

const make = (name: string, subject: string, args: readonly string[]): Promise<string> => {
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key(name)];
  return run("openssl", [
    "req",
    "-x509",
    ...newKey,
    "-out",
    certificate(name),
    "-days",
    "30",
    "-subj",
    subject,
    ...args,
  ]);
};

async function kubeconfigText(name: string): Promise<string> {
  const data = async (path: string) => (await readFile(path)).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: node, cluster: { server: api, "certificate-authority-data": await data(certificate("ca")) } }],
    users: [
      {
        name,
        user: { "client-certificate-data": await data(certificate(name)), "client-key-data": await data(key(name)) },
      },
    ],
    contexts: [{ name: node, context: { cluster: node, user: name } }],
    "current-context": node,
  });
}
