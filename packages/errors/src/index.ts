export { backOff } from "./back-off.js";
export { BnasError, hasCode, isBnasError, spelled } from "./bnas-error.js";
export { CODE_NAMES, CODES, type Code, type CodeRow, codeOfStatus, isCode, type Retried } from "./codes.js";
export { EXIT, type ExitCode } from "./exit-codes.js";
export { fault } from "./fault.js";
export { type InvalidInput, invalidInput, isInvalidInput, notAllowed } from "./invalid-input.js";
export { LIMITS, type Limit, type LimitName } from "./limits.js";
export { nearest } from "./nearest.js";
export { fieldOf, type Path, pathOf } from "./path.js";
export { fromPlain, type PlainError, toPlain } from "./plain-error.js";
export { printable } from "./printable.js";
export { retryLater } from "./retry-later.js";
export { messageOf, sentence } from "./sentence.js";
export { showValue } from "./show-value.js";
export { asBnasError, asNoRoom, noRoom, systemErrorCode } from "./system-error.js";
export {
  isText,
  method,
  type Name,
  plainText,
  requestField,
  type Spelling,
  setting,
  spell,
  type Text,
  text,
} from "./text.js";
export { under } from "./under.js";
export { withoutSecret, withoutSecrets } from "./without-secrets.js";
