import { setTimeout as delay } from 'node:timers/promises';

/** How many times slower than usual this machine is, an emulated one for example: all limits are as many times longer. */
export const slowness = Number(process.env['SKIFF_TEST_SLOWNESS'] ?? '1');

/** Waits until `probe` gives something other than undefined or false; fails with `what` after `limitMs`. */
export async function until<T>(what: string, probe: () => T | Promise<T>, limitMs = 20_000): Promise<NonNullable<T>> {
  const patienceMs = limitMs * slowness;
  for (const end = Date.now() + patienceMs; ; await delay(10)) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${patienceMs} ms: ${what}`);
  }
}
