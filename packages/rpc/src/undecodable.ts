import { invalidInput, messageOf } from "@bnas/errors";
import { checkRequest } from "@bnas/proto";
import type { CompatServiceDefinition } from "nice-grpc";
import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from "nice-grpc-common";

// gRPC answers bytes that are no message by INTERNAL, as if the service were at fault. Here they are let through as what they
// are, and refused where other bad input is.

/** Bytes that came in place of a message. */
class Undecodable {
  readonly length: number;
  readonly reason: string;

  constructor(bytes: Uint8Array, error: unknown) {
    this.length = bytes.length;
    this.reason = messageOf(error);
  }
}

type Decode = (bytes: Uint8Array) => unknown;

const orUndecodable =
  (decode: Decode): Decode =>
  (bytes) => {
    try {
      return decode(bytes);
    } catch (error) {
      return new Undecodable(bytes, error);
    }
  };

/** The same service, of which requests that cannot be decoded reach the middleware. */
export const keepUndecodable = <Definition extends CompatServiceDefinition>(definition: Definition): Definition => {
  const { methods, fullName } = { methods: undefined, fullName: "", ...definition };
  const kept =
    typeof methods === "object" && typeof fullName === "string"
      ? { ...definition, methods: mapMethods(methods, (method) => decodeOfType(fullName, method)) }
      : mapMethods(definition, decodeOfMethod);
  // Only what decodes requests was changed, and `refuseUndecodable` lets nothing else than requests through.
  return kept as Definition;
};

const mapMethods = (methods: object, change: (method: object) => object): Record<string, object> =>
  Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, change(method)]));

/** As ts-proto describes a method. */
const decodeOfType = (service: string, method: object): object => {
  if (!("requestType" in method)) return method;
  const { requestType } = method;
  if (typeof requestType !== "object" || requestType === null || !("decode" in requestType)) return method;
  const { decode } = requestType;
  if (typeof decode !== "function") return method;
  const name = "name" in method ? String(method.name) : "";
  const strictly = (bytes: Uint8Array) => {
    checkRequest(service, name, bytes);
    return decode.call(requestType, bytes);
  };
  return { ...method, requestType: { ...requestType, decode: orUndecodable(strictly) } };
};

/** As grpc-js describes a method. */
const decodeOfMethod = (method: object): object => {
  if (!("requestDeserialize" in method)) return method;
  const { requestDeserialize } = method;
  if (typeof requestDeserialize !== "function") return method;
  return { ...method, requestDeserialize: orUndecodable((bytes) => requestDeserialize.call(method, bytes)) };
};

/** INVALID_ARGUMENT on the field `request` for what is no message of the method. */
export const refuseUndecodable: ServerMiddleware = async function* refuseUndecodable<Request, Response>(
  call: ServerMiddlewareCall<Request, Response>,
  context: CallContext,
) {
  const { path } = call.method;
  if (call.requestStream) return yield* call.next(eachDecoded(call.request, path), context);
  return yield* call.next(decoded(call.request, path), context);
};

async function* eachDecoded<Request>(requests: AsyncIterable<Request>, path: string): AsyncGenerator<Request> {
  for await (const request of requests) yield decoded(request, path);
}

const decoded = <Request>(request: Request, path: string): Request => {
  if (!(request instanceof Undecodable)) return request;
  throw invalidInput(
    "request",
    `${request.length} bytes`,
    `a message as proto/ describes it for ${path}`,
    `Decoding them says: ${request.reason}. Make the client from the same files, or from what reflection tells.`,
  );
};
