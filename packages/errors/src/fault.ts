import { BnasError } from "./bnas-error.js";
import type { Code } from "./codes.js";
import type { Text } from "./text.js";

/** An error that is not about input. @param hint what to do next; "" if that is not known */
export const fault = <C extends Code>(code: C, message: Text, hint: Text, options?: ErrorOptions): BnasError<C> =>
  new BnasError(code, { message, hint, path: [], value: undefined, allowed: "" }, options);
