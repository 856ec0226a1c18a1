import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DinError } from '../../../router/core/dinError.ts';

export const INSTALL_LINE = 'apt-get install wrk nginx-light libnginx-mod-http-lua haproxy caddy';
// Where Debian has servers; it is not in every user's PATH.
const SERVER_DIR = '/usr/sbin';
/** nginx answers as the node with the caller's id, which takes a little Lua. */
export const NGINX_MODULES = ['ndk_http_module', 'ngx_http_lua_module'].map(
  (name) => `/usr/lib/nginx/modules/${name}.so`,
);

/** The program's path; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), SERVER_DIR];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** @throws {@link NotInstalledError} */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new NotInstalledError(name);
  return path;
}

/** @throws {@link NotInstalledError} */
export function requireFile(path: string): string {
  try {
    accessSync(path);
    return path;
  } catch {
    throw new NotInstalledError(path);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export class NotInstalledError extends DinError {
  readonly code = 'NOT_INSTALLED';
  constructor(what: string) {
    super(`${what} is not installed, and nothing can be measured without it: ${INSTALL_LINE}`);
  }
}
