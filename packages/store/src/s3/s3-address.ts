import { invalidInput, nearest, withoutSecret, withoutSecrets } from "@bnas/errors";

/** What an `s3://` address says. Who we are it never says: that comes from the environment or from files. */
export type S3Address = {
  readonly bucket: string;
  /** What the keys of the blobs begin with, without a slash at either end; "" for none. */
  readonly prefix: string;
  /** URL of an S3-compatible server; AWS when it is left out. */
  readonly endpoint?: string;
  /** When it is left out: AWS_REGION or the profile says it, or `us-east-1` beside an endpoint. */
  readonly region?: string;
  /** `http://HOST/BUCKET/KEY`, as most servers but AWS want it, instead of `http://BUCKET.HOST/KEY`. */
  readonly pathStyle: boolean;
};

const SCHEME = "s3://";
const known = ["endpoint", "region", "pathStyle"] as const;
const EXAMPLE = "For example s3://bnas-blobs/mesh?endpoint=http://127.0.0.1:9000&pathStyle=true.";

export const isS3Address = (uri: string): boolean => uri.startsWith(SCHEME);

/**
 * The parts of `s3://BUCKET/PREFIX?name=value&name=value`.
 * @throws InvalidInput
 * @param field how the caller calls the address
 */
export const parseS3Address = (field: string, uri: string): S3Address => {
  const [place = "", ...queries] = uri.slice(SCHEME.length).split("?");
  if (place.includes("@") || /\/\/[^/?&]*@/.test(queries.join("?"))) {
    const hint =
      "Addresses end up in logs: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, in the environment of the process.";
    throw invalidInput(field, withoutSecrets(uri), "an address without keys in it", hint);
  }
  const [bucket = "", ...folders] = place.replace(/\/$/, "").split("/");
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw invalidInput(`${field} bucket`, bucket, "3 to 63 lower-case letters, digits, '-' and '.'", EXAMPLE);
  }
  if (!folders.every((folder) => /^[-\w.=]+$/.test(folder) && !/^\.+$/.test(folder))) {
    const allowed = "folders of letters, digits, '-', '_', '.' and '=', with one '/' between them";
    throw invalidInput(`${field} prefix`, withoutSecrets(folders.join("/")), allowed, EXAMPLE);
  }
  const params = new Map(new URLSearchParams(queries.join("?")));
  for (const [name, value] of params) {
    if (known.some((one) => one === name)) continue;
    const hint = `Did you mean ${nearest(name, known)}?`;
    throw invalidInput(`${field} ${name}`, withoutSecret(name, value), `only the parameters ${known.join(", ")}`, hint);
  }
  const endpoint = params.get("endpoint");
  const region = params.get("region");
  return {
    bucket,
    prefix: folders.join("/"),
    ...(endpoint === undefined ? {} : { endpoint: endpointOf(field, endpoint) }),
    ...(region === undefined ? {} : { region: regionOf(field, region) }),
    pathStyle: truth(`${field} pathStyle`, params.get("pathStyle") ?? "false"),
  };
};

const endpointOf = (field: string, text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search + url.hash === "") {
    return url.origin;
  }
  throw invalidInput(`${field} endpoint`, withoutSecrets(text), "http://HOST:PORT or https://HOST:PORT", EXAMPLE);
};

const regionOf = (field: string, text: string): string => {
  if (/^[-a-z0-9]{1,40}$/.test(text)) return text;
  throw invalidInput(`${field} region`, text, "the name of a region such as eu-central-1", EXAMPLE);
};

const truth = (field: string, text: string): boolean => {
  if (text === "true" || text === "false") return text === "true";
  throw invalidInput(field, text, "true or false", "Most S3-compatible servers need true, AWS false.");
};
