import { exposedSecret } from "@bnas/disk";
import { messageOf } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import type { experimental } from "@grpc/grpc-js";
import { certificatesIn, privateKeyOf, readPem } from "./pem.js";

type CaListener = Parameters<experimental.CertificateProvider["addCaCertificateListener"]>[0];
type IdentityListener = Parameters<experimental.CertificateProvider["addIdentityCertificateListener"]>[0];

/** Where the certificates of one side are, by the settings that gave the paths. */
export type CertificatePaths = {
  readonly ca?: { readonly setting: string; readonly path: string };
  readonly certificate?: { readonly setting: string; readonly path: string };
  readonly key?: { readonly setting: string; readonly path: string };
};

/** What the files hold: checked, and fitting together. */
type Contents = {
  readonly ca: Buffer | undefined;
  readonly identity: { readonly certificate: Buffer; readonly privateKey: Buffer } | undefined;
};

/** How long a new certificate may be on the disk before it is used. Links are resolved each time, because Kubernetes swaps them. */
const LOOK_EVERY_MS = 10_000;

/**
 * Certificates in files, for gRPC: read and checked at once, and looked at again while they are in use. Files that were
 * replaced are used for new connections; files that are not whole, or do not fit together, are not: what was read before stays.
 * grpc-js has a provider of its own that ends all connections in such a moment.
 */
export class CertificateFiles implements experimental.CertificateProvider {
  readonly #paths: CertificatePaths;
  readonly #logger: Logger;
  readonly #everyMs: number;
  readonly #ca = new Set<CaListener>();
  readonly #identity = new Set<IdentityListener>();
  #contents: Contents;
  #timer: NodeJS.Timeout | undefined;
  #refused = "";

  /** @throws InvalidInput that names the setting and the file */
  constructor(paths: CertificatePaths, logger: Logger, everyMs = LOOK_EVERY_MS) {
    this.#paths = paths;
    this.#logger = logger;
    this.#everyMs = everyMs;
    this.#contents = contentsOf(paths);
    const exposed = paths.key === undefined ? undefined : exposedSecret(paths.key.path);
    if (exposed !== undefined) logger.warn({ file: paths.key?.path }, exposed);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#ca.add(listener);
    // In a turn of its own: gRPC registers the one who waits for this only after it has asked.
    process.nextTick(() => this.#tellCa(listener));
    this.#look();
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identity.add(listener);
    process.nextTick(() => listener(this.#contents.identity ?? null));
    this.#look();
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#ca.delete(listener);
    this.#look();
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identity.delete(listener);
    this.#look();
  }

  /** Check the files at intervals while a listener is registered. */
  #look(): void {
    if (this.#ca.size + this.#identity.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else this.#timer ??= setInterval(() => this.#refresh(), this.#everyMs).unref();
  }

  #refresh(): void {
    try {
      const contents = contentsOf(this.#paths);
      this.#refused = "";
      if (isSame(contents, this.#contents)) return;
      this.#contents = contents;
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#refused)
        this.#logger.error({ reason }, "the new certificates cannot be used; the old ones stay");
      this.#refused = reason;
      return;
    }
    this.#logger.info({ files: Object.values(this.#paths).map(({ path }) => path) }, "certificates were replaced");
    for (const listener of this.#identity) listener(this.#contents.identity ?? null);
    for (const listener of this.#ca) this.#tellCa(listener);
  }

  #tellCa(listener: CaListener): void {
    listener(this.#contents.ca === undefined ? null : { caCertificate: this.#contents.ca });
  }
}

const contentsOf = ({ ca, certificate, key }: CertificatePaths): Contents => {
  const roots = ca === undefined ? undefined : readPem(ca.setting, ca.path);
  if (roots !== undefined) certificatesIn(roots);
  if (certificate === undefined || key === undefined) return { ca: roots?.bytes, identity: undefined };
  const chain = readPem(certificate.setting, certificate.path);
  const secret = readPem(key.setting, key.path);
  const [own] = certificatesIn(chain);
  if (own !== undefined) privateKeyOf(own, secret);
  return { ca: roots?.bytes, identity: { certificate: chain.bytes, privateKey: secret.bytes } };
};

const isSame = (a: Contents, b: Contents): boolean =>
  bytesOf(a).every((bytes, index) => bytes.equals(bytesOf(b)[index] ?? Buffer.alloc(0)));

const bytesOf = ({ ca, identity }: Contents): readonly Buffer[] =>
  [ca, identity?.certificate, identity?.privateKey].map((bytes) => bytes ?? Buffer.alloc(0));
