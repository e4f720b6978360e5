import { createHash, timingSafeEqual } from "node:crypto";
import { exposedSecret, FileInUse, LARGEST_FILE, readInputFileSync } from "@bnas/disk";
import { fault, invalidInput, method, setting, text } from "@bnas/errors";
import type { Logger } from "@bnas/telemetry";
import {
  type CallContext,
  type CallOptions,
  type ClientMiddleware,
  type ClientMiddlewareCall,
  Metadata,
  type ServerMiddleware,
  type ServerMiddlewareCall,
} from "nice-grpc-common";

/** As short as a secret may be, in characters: 16 random bytes in hex or base64 are longer. */
const SHORTEST = 16;

/** A name is an owner of searches, which facts keep. */
const NAME = /^[!-~]{1,63}$/;

type Named = { readonly name: string; readonly digest: Buffer };

/**
 * Who may call: a file with `name token` on each line; empty lines and lines that begin with # say nothing. A changed file is read
 * again at the next call; if it cannot be used, it is refused, and what was read before stays.
 */
export class TokenFile {
  readonly #file: FileInUse<readonly Named[]>;

  /** @throws InvalidInput that names the file and the line, never a token */
  constructor(path: string, logger: Logger) {
    this.#file = new FileInUse(path, "tokenFile", namedTokens, {
      again: (tokens) => logger.info({ file: path, names: tokens.map(({ name }) => name) }, "tokens were read again"),
      refused: (reason) => logger.error({ reason }, "the new tokens cannot be used; the old ones stay"),
    });
    const exposed = exposedSecret(path);
    if (exposed !== undefined) logger.warn({ file: path }, exposed);
  }

  /** The caller with this token; undefined: none. The time does not depend on the token or the caller. */
  nameOf(token: string): string | undefined {
    const digest = digestOf(token);
    let name: string | undefined;
    for (const known of this.#file.content) if (timingSafeEqual(known.digest, digest)) name = known.name;
    return name;
  }
}

/** What a method knows of its call. */
export type Called = {
  /** The name of the token that was shown; undefined: none, or one that is not known here. */
  readonly caller?: string | undefined;
};

/** Finds out once who calls, for whatever counts calls, refuses them or asks who it was. */
export const nameCaller = (tokens: TokenFile | undefined): ServerMiddleware<Called> =>
  async function* nameCaller<Request, Response>(
    call: ServerMiddlewareCall<Request, Response, Called>,
    context: CallContext,
  ) {
    const token = tokenOf(context);
    const caller = token === undefined ? undefined : tokens?.nameOf(token);
    return yield* call.next(call.request, { ...context, caller });
  };

const tokenOf = ({ metadata }: CallContext): string | undefined =>
  /^Bearer +(\S+)$/i.exec(metadata.get("authorization") ?? "")?.[1];

/** Calls need a token that is known: else UNAUTHENTICATED. Calls that change something are logged with the name of the caller. */
export const requireToken = (logger: Logger): ServerMiddleware<object, Called> =>
  async function* requireToken<Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext & Called,
  ) {
    const { caller } = context;
    if (caller === undefined) {
      const problem =
        tokenOf(context) === undefined ? "needs a token" : "was called with a token that is not known here";
      throw fault(
        "UNAUTHENTICATED",
        text`${method(call.method.path)} ${problem}`,
        text`send the header \`authorization: Bearer TOKEN\`; clients of ours take it from ${setting("tokenFile")}, services from ${setting("clientTokenFile")}`,
      );
    }
    const changes = !/\/(Get|List|Watch|Describe|Stream|Evaluate)\w*$/.test(call.method.path);
    logger[changes ? "info" : "debug"]({ caller, method: call.method.path }, "called");
    return yield* call.next(call.request, context);
  };

/** Which setting named the file of a client's token. */
type ClientSetting = "tokenFile" | "clientTokenFile";

/** Whether a client could show the token of a file. @throws InvalidInput that names the setting and the file, never a token */
export const checkToken = (path: string, named: ClientSetting, logger: Logger): void => {
  tokenIn(path, named);
  const exposed = exposedSecret(path);
  if (exposed !== undefined) logger.warn({ file: path }, exposed);
};

/** Send the token of a file with every call; it is read again each time, so a new token is used at once. */
export const sendToken = (path: string, named: ClientSetting, logger: Logger): ClientMiddleware => {
  checkToken(path, named, logger);
  return async function* sendToken<Request, Response>(
    call: ClientMiddlewareCall<Request, Response>,
    options: CallOptions,
  ) {
    const metadata = Metadata(options.metadata).set("authorization", `Bearer ${tokenIn(path, named)}`);
    return yield* call.next(call.request, { ...options, metadata });
  };
};

/** The one token of a client's file: alone, or after its name. */
const tokenIn = (path: string, named: ClientSetting): string => {
  const [line, ...others] = linesOf(path, named);
  const [first, second, ...rest] = line?.text.split(/\s+/) ?? [];
  const token = second ?? first;
  if (token !== undefined && rest.length === 0 && others.length === 0) return token;
  throw invalidInput(
    named,
    path,
    "a file with one line: a token, or a name and its token",
    "Leave only the line of who calls.",
  );
};

const namedTokens = (path: string): readonly Named[] => {
  const named = linesOf(path, "tokenFile").map(({ text, number }) => {
    const [name, token, ...rest] = text.split(/\s+/);
    if (name === undefined || !NAME.test(name) || token === undefined || rest.length > 0 || token.length < SHORTEST) {
      throw invalidInput(
        "tokenFile",
        `${path} line ${number}`,
        `a name of at most 63 letters, digits and signs, and a token of at least ${SHORTEST} characters, with a space between`,
        "`openssl rand -hex 32` makes a token.",
      );
    }
    return { name, digest: digestOf(token), number };
  });
  if (named.length > 0) return named;
  throw invalidInput(
    "tokenFile",
    path,
    "at least one line `name token`",
    text`Leave ${setting("tokenFile")} out to let every client call.`,
  );
};

const linesOf = (path: string, field: ClientSetting): readonly { readonly text: string; readonly number: number }[] => {
  const allowed = "a file that this process may read";
  const hint = "Check the path and its permissions.";
  return readInputFileSync(path, { field, allowed, hint, mostBytes: LARGEST_FILE.secret })
    .toString("utf8")
    .split("\n")
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
};

const digestOf = (token: string): Buffer => createHash("sha256").update(token).digest();
