import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { installedOnce } from "../installed-once.js";

const run = promisify(execFile);

/** The versions of Node that are supported. */
export const NODE_VERSIONS = ["20.19", "22", "24"] as const;

/** The path of a Node of some version, which npm's package `node` brings; or undefined where it cannot be had. */
export const nodeOf = async (version: string): Promise<string | undefined> => {
  const install = (partial: string) =>
    run("npm", ["install", "--no-audit", "--no-fund", "--silent", "--prefix", partial, `node@${version}`]);
  const needs = "It needs npm and its registry.";
  const folder = await installedOnce(`node-of-npm-${version}`, install, needs).catch(() => undefined);
  return folder === undefined ? undefined : join(folder, "node_modules/node/bin/node");
};
