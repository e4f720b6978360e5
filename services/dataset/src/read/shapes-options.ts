import { invalidInput, nearest } from "@bnas/errors";

/** The kinds of shape, in the order of their labels. `classes=N` takes the first N. */
export const SHAPES = ["circle", "square", "triangle", "cross", "ring", "stripes", "checkerboard", "frame"] as const;

/** What `shapes:` draws. `size`: side of the square images, in pixels. `images` and `test`: of all classes together. */
export type ShapesOptions = {
  readonly classes: number;
  readonly size: number;
  readonly images: number;
  readonly test: number;
  readonly seed: number;
};

type Option = { readonly least: number; readonly most: number; readonly otherwise: number };
const OPTIONS: Readonly<Record<keyof ShapesOptions, Option>> = {
  classes: { least: 2, most: SHAPES.length, otherwise: 6 },
  size: { least: 8, most: 512, otherwise: 16 },
  images: { least: 4, most: 1_000_000, otherwise: 2000 },
  test: { least: 2, most: 1_000_000, otherwise: 500 },
  seed: { least: 0, most: 0xffff_ffff, otherwise: 1 },
};
const isOption = (text: string): text is keyof ShapesOptions => Object.hasOwn(OPTIONS, text);

/**
 * Reads what follows `shapes:`: nothing, or `?classes=4&size=16&images=2000&test=500&seed=1`, each option once and optional.
 * @throws InvalidInput on `dataset`, with the nearest known option
 */
export const parseShapesOptions = (uri: string, text: string): ShapesOptions => {
  const names = Object.keys(OPTIONS);
  const allowed = `shapes: or shapes:? with ${names.join(", ")}`;
  if (text !== "" && !text.startsWith("?")) {
    throw invalidInput("dataset", uri, allowed, "Begin the options with a question mark, as in shapes:?classes=4.");
  }
  const values: Record<keyof ShapesOptions, number> = {
    classes: OPTIONS.classes.otherwise,
    size: OPTIONS.size.otherwise,
    images: OPTIONS.images.otherwise,
    test: OPTIONS.test.otherwise,
    seed: OPTIONS.seed.otherwise,
  };
  const seen = new Set<string>();
  for (const pair of text.slice(1).split("&").filter(Boolean)) {
    const [name = "", value = "", ...more] = pair.split("=");
    if (!isOption(name)) {
      throw invalidInput("dataset", uri, allowed, `Did you mean ${nearest(name, names)}=?`);
    }
    if (seen.has(name)) throw invalidInput("dataset", uri, allowed, `Give ${name} once.`);
    seen.add(name);
    const { least, most } = OPTIONS[name];
    const number = Number(value);
    if (!/^\d+$/.test(value) || more.length > 0 || number < least || number > most) {
      throw invalidInput(
        "dataset",
        uri,
        `${name} from ${least} to ${most}`,
        `Write ${name}=${OPTIONS[name].otherwise}.`,
      );
    }
    values[name] = number;
  }
  for (const [part, least] of [
    ["images", values.classes * 2],
    ["test", values.classes],
  ] as const) {
    if (values[part] < least) {
      const hint = `Write ${part}=${least} or more, or fewer classes.`;
      throw invalidInput("dataset", uri, `${part} from ${least} for ${values.classes} classes`, hint);
    }
  }
  return values;
};
