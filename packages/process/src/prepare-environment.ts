/**
 * Set what libraries read in the environment alone, before they are loaded; threads that start later inherit it. A user's own values
 * stay.
 * @param env `process.env` of a main
 */
export const prepareEnvironment = (env: NodeJS.ProcessEnv): void => {
  // The SDK of S3 warns of versions of Node that we still support (docs/adr/0008-s3.md): a user can do nothing about it.
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  // TensorFlow.js's own package sums in another order with more threads; an engine that we made takes one thread by itself.
  env.TF_NUM_INTRAOP_THREADS ??= "1";
};
