import { isObject } from "./is-object.js";

/** Where two values differ, and what each has there. */
export type Difference = { readonly path: string; readonly left: unknown; readonly right: unknown };

/**
 * The first place where two JSON values differ, or undefined where they are alike. Numbers are alike within `tolerance`.
 * @param path how the caller calls the values: `spec` gives `spec.network.cells`
 */
export const differingField = (left: unknown, right: unknown, path = "spec", tolerance = 0): Difference | undefined => {
  if (typeof left === "number" && typeof right === "number") {
    return Math.abs(left - right) <= tolerance ? undefined : { path, left, right };
  }
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    return first(left.keys(), (index) => differingField(left[index], right[index], `${path}[${index}]`, tolerance));
  }
  if (isObject(left) && isObject(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return first(keys, (key) => differingField(left[key], right[key], `${path}.${key}`, tolerance));
  }
  return left === right ? undefined : { path, left, right };
};

const first = <T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined => {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
};
