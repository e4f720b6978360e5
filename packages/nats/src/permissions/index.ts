export { natsAccounts } from "./accounts.js";
export { defaultPlaces, type NatsPlaces, type NatsPermissions, natsPermissions } from "./permissions.js";
export { permissionsTable } from "./permissions-table.js";
