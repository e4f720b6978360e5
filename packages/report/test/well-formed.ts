const VOID = new Set(["meta", "col"]);
const NAME = "[A-Za-z][A-Za-z0-9-]*";
const TAG = new RegExp(`^<(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`);
const TEXT = /^[^<&]+/;
const ENTITY = /^&(?:amp|lt|gt|quot|#39);/;

/**
 * Reads markup as strictly as XML 1.0 does: every element closed in order, attributes quoted and not repeated, only known
 * entities. `html` also allows a doctype, void elements, the attribute `open`, and a style element's text.
 * @throws Error that shows where
 */
export function elements(markup: string, mode: "xml" | "html"): { name: string; attributes: Map<string, string> }[] {
  const found: { name: string; attributes: Map<string, string> }[] = [];
  const stack: string[] = [];
  let rest = markup;
  const fail = (why: string): never => {
    throw new Error(`${why} at: ${rest.slice(0, 120)}`);
  };
  if (mode === "html") rest = rest.replace(/^<!doctype html>\s*/, "").replaceAll(" open>", ">");
  while (rest.length > 0) {
    const closing = new RegExp(`^</(${NAME})>`).exec(rest);
    const tag = TAG.exec(rest);
    if (closing !== null) {
      if (stack.pop() !== closing[1]) fail("wrong closing tag");
      rest = rest.slice(closing[0].length);
    } else if (tag !== null) {
      const [whole, name = "", list = "", empty] = tag;
      if (stack.length === 0 && found.length > 0) fail("second root");
      const attributes = new Map<string, string>();
      for (const [, key = "", value = ""] of list.matchAll(new RegExp(`(${NAME})="([^"]*)"`, "g"))) {
        if (attributes.has(key)) fail(`attribute ${key} twice`);
        if (/&(?!amp;|lt;|gt;|quot;|#39;)/.test(value)) fail("bare & in an attribute");
        attributes.set(key, value);
      }
      found.push({ name, attributes });
      rest = rest.slice(whole.length);
      if (mode === "html" && name === "style") rest = rest.slice(rest.indexOf("</style>"));
      if (empty === "" && !(mode === "html" && VOID.has(name))) stack.push(name);
    } else {
      const text = TEXT.exec(rest) ?? ENTITY.exec(rest) ?? fail("not well-formed");
      if (stack.length === 0 && text[0].trim() !== "") fail("text outside the root");
      rest = rest.slice(text[0].length);
    }
  }
  if (stack.length > 0) fail(`not closed: ${stack.join(" ")}`);
  return found;
}
