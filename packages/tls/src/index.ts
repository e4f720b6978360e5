export { certificatesIn, privateKeyOf, readPem } from "./pem.js";
export {
  checkClientTls,
  clientTls,
  fileSetting,
  missing,
  type SecureSettings,
  secureSettings,
  serverTls,
} from "./secure-settings.js";
export { type ClientTls, channelCredentials, type ServerTls, serverCredentials } from "./tls.js";
export { type TlsFault, tlsFaultIn, tlsFaultMessage } from "./tls-faults.js";
