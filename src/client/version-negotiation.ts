/** The newest version of the Engine API that this client speaks. */
export const NEWEST_API_VERSION = '1.50';

/**
 * The version that a daemon's text names (`1.45`, or the sentence of its refusal, whose last version is the newest it
 * accepts) when it is older than `current`.
 */
export function olderVersionFrom(text: string, current: string): string | undefined {
  const offered = text.match(/[0-9]+\.[0-9]+/g)?.at(-1);
  if (offered === undefined || compareVersions(offered, current) >= 0) return undefined;
  return offered;
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}
