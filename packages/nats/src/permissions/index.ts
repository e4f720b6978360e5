export { type AccountLimits, defaultAccountLimits, natsLimits } from "./account-limits.js";
export { natsAccounts } from "./accounts.js";
export type { NatsPlaces } from "./permissions.js";
export { permissionsTable } from "./permissions-table.js";
