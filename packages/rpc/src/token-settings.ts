import type { Logger } from "@bnas/telemetry";
import { checkClientTls, clientTls, fileSetting, type SecureSettings } from "@bnas/tls";
import type { ConnectOptions } from "./client.js";
import { checkToken, TokenFile } from "./tokens.js";

/** Setting of every service that answers calls: who may. */
export const serverTokenSettings = {
  tokenFile: fileSetting(
    "A line `name token` for each caller; left out: every client may call (security.md).",
    "a file with tokens",
  ),
} as const;

/** Setting of every service that calls others. */
export const clientTokenSettings = {
  clientTokenFile: fileSetting(
    "The token that is shown to other services, if they ask for one: the token alone, or a line `name token`.",
    "a file with a token",
  ),
} as const;

type TokenSettings = { readonly tokenFile?: string | undefined; readonly clientTokenFile?: string | undefined };

/** Who may call a service; undefined: every client. @throws InvalidInput for a file that cannot be used */
export const serverTokens = ({ tokenFile }: TokenSettings, logger: Logger): TokenFile | undefined =>
  tokenFile === undefined ? undefined : new TokenFile(tokenFile, logger);

/** How a service calls another one: for the options of `connect`. */
export const asService = (
  settings: SecureSettings & TokenSettings,
): Pick<ConnectOptions, "as" | "tls" | "tokenFile"> => ({
  as: "service",
  tls: clientTls(settings),
  tokenFile: settings.clientTokenFile,
});

/** Whether `connect` would take those; for a service that calls later, so that it does not start on files that cannot be used. */
export const checkAsService = (settings: SecureSettings & TokenSettings, logger: Logger): void => {
  checkClientTls(settings);
  if (settings.clientTokenFile !== undefined) checkToken(settings.clientTokenFile, "clientTokenFile", logger);
};
