/**
 * Turn off what libraries print of themselves and a user can do nothing about; they read it in the environment alone. Threads that
 * start later inherit it. A user's own value stays.
 * @param env `process.env` of a main
 */
export const quietLibraries = (env: NodeJS.ProcessEnv): void => {
  // The SDK of S3 warns of versions of Node that we still support (docs/adr/0008-s3.md).
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
};
