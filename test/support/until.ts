import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `probe` gives something other than undefined or false; fails with `what` after `limitMs`. */
export async function until<T>(what: string, probe: () => T | Promise<T>, limitMs = 20_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + limitMs; ; await delay(10)) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
  }
}
