import { parseGoDuration } from '../../lib/go-duration.ts';

const SECOND_NS = 1_000_000_000n;

const ABSOLUTE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2})(?::(\d{2}))?(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * Docker's notation of a moment: seconds since 1970 (with a fraction), a date with as much of a time as is known, or a
 * duration before `now`. The answer is what the API takes: seconds, a dot, nanoseconds.
 * @throws Error with docker's text
 */
export function parseTimestamp(text: string, now: Date): string {
  const ago = durationOrUndefined(text);
  if (ago !== undefined) return format(BigInt(now.getTime()) * 1_000_000n - BigInt(ago));
  const [, seconds, fraction] = /^(-?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (seconds !== undefined) return fraction === undefined ? seconds : text;
  const nanoseconds = absolute(text);
  if (nanoseconds === undefined) {
    throw new Error(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  }
  return format(nanoseconds);
}

function durationOrUndefined(text: string): number | undefined {
  try {
    return parseGoDuration(text);
  } catch {
    // Not a duration: the other notations are tried.
    return undefined;
  }
}

/** Without a zone the local one is meant. */
function absolute(text: string): bigint | undefined {
  const match = ABSOLUTE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = ''] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function format(nanoseconds: bigint): string {
  const seconds = nanoseconds / SECOND_NS;
  return `${seconds}.${String(nanoseconds % SECOND_NS).padStart(9, '0')}`;
}
