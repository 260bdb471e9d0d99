const NS_PER_MS = 1_000_000n;
const MAX_DRIFT_NS = 2n * NS_PER_MS;

let base = 0n;

/**
 * Wall-clock time in nanoseconds since the epoch. The clock is read in milliseconds and refined by the monotonic one, so
 * that readings within a millisecond keep their order; when the two drift apart (the clock was set) the clock wins.
 */
export function nowNs(): bigint {
  const clock = BigInt(Date.now()) * NS_PER_MS;
  const monotonic = process.hrtime.bigint();
  const drift = base + monotonic - clock;
  if (drift < -MAX_DRIFT_NS || drift > MAX_DRIFT_NS) base = clock - monotonic;
  return base + monotonic;
}

/** RFC 3339 in UTC as Go prints it: up to nine digits of fraction without trailing zeros. */
export function formatNs(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / NS_PER_MS)).toISOString().slice(0, 19);
  const fraction = String(timeNs % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}

export function formatDate(date: Date): string {
  return formatNs(BigInt(date.getTime()) * NS_PER_MS);
}

/** With all nine digits, as the lines of logs have it. */
export function formatLogTime(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / NS_PER_MS)).toISOString().slice(0, 19);
  return `${seconds}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}Z`;
}
