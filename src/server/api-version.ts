import { invalidArgument } from '../errors/engine-error.ts';

/** An API version as clients write it: `1.45`. */
export type ApiVersion = string & { readonly __apiVersion: unique symbol };

/** What `/version` claims; every endpoint and field up to it is implemented. */
export const API_VERSION = '1.50' as ApiVersion;
export const MIN_API_VERSION = '1.24' as ApiVersion;

/** Clients that take us for a proxy send whole URLs. */
const ORIGIN = /^https?:\/\/[^/?]*/i;
const VERSION_PREFIX = /^\/v([0-9.]+)(?=\/)/;

/** Splits `/v1.45/info` into the version and `/info`; a path without version asks for the newest. */
export function splitVersion(url: string): { readonly version: ApiVersion | undefined; readonly url: string } {
  const path = url.replace(ORIGIN, '');
  const match = VERSION_PREFIX.exec(path);
  if (match === null) return { version: undefined, url: path };
  return { version: match[1] as ApiVersion, url: path.slice(match[0].length) };
}

/** Negative, zero or positive, number by number: 1.9 is older than 1.10, and 1.045 is 1.45. */
export function compareVersions(left: string, right: string): number {
  const a = left.split('.').map(Number);
  const b = right.split('.').map(Number);
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** For what depends on the client's version: `isAtLeast(request.apiVersion, '1.42')`. */
export function isAtLeast(version: ApiVersion, wanted: string): boolean {
  return compareVersions(version, wanted) >= 0;
}

/** @throws invalid_argument with Docker's text for versions outside `MIN_API_VERSION` to `API_VERSION`. */
export function checkVersion(version: ApiVersion): void {
  if (compareVersions(version, MIN_API_VERSION) < 0) {
    throw invalidArgument(
      `client version ${version} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(version, API_VERSION) > 0) {
    throw invalidArgument(`client version ${version} is too new. Maximum supported API version is ${API_VERSION}`);
  }
}
