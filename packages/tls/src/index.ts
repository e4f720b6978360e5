export { certificatesIn, privateKeyOf, readPem } from "./pem.js";
export {
  checkClientTls,
  clientTls,
  missing,
  fileSetting,
  type SecureSettings,
  secureSettings,
  serverTls,
} from "./secure-settings.js";
export { type ClientTls, channelCredentials, type ServerTls, serverCredentials } from "./tls.js";
