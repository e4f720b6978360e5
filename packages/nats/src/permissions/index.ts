export { natsAccounts } from "./accounts.js";
export { defaultPlaces, type NatsPlaces, type NatsRights, natsRights } from "./permissions.js";
export { rightsTable } from "./permissions-table.js";
