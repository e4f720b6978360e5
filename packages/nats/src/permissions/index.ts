export { natsAccounts } from "./accounts.js";
export { defaultPlaces, type NatsPermissions, type NatsPlaces, natsPermissions } from "./permissions.js";
export { permissionsTable } from "./permissions-table.js";
