import { EngineError, type ErrorKind, invalidArgument, messageOf } from '../errors/engine-error.ts';
import type { Filters } from '../lib/filters.ts';
import { parseTimestampMs } from '../lib/parse-timestamp.ts';

/**
 * Seconds with up to nine decimals, as clients send them, in nanoseconds; -1 and absence stand for none. Docker answers
 * some failures by 400 and others by 500: hence `kind`, with Go's words for what is no number.
 */
export function timestampNs(text: string | undefined, kind: ErrorKind): bigint | undefined {
  if (text === undefined || text === '' || text === '-1') return undefined;
  const [seconds = '', fraction = ''] = text.split('.', 2);
  for (const part of [seconds, fraction || '0']) {
    if (!/^-?\d+$/.test(part)) {
      throw new EngineError(kind, `strconv.ParseInt: parsing ${JSON.stringify(part)}: invalid syntax`);
    }
  }
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

/** The time that a prune spares what was made after it. @throws invalid_argument */
export function pruneUntilNs(filters: Filters): bigint | undefined {
  const values = filters.get('until');
  const [text] = values;
  if (text === undefined) return undefined;
  if (values.length > 1) throw invalidArgument('more than one until filter specified');
  return BigInt(Math.round(untilMs(text))) * 1_000_000n;
}

/** What Docker calls its own failure for images is the client's for containers and networks. */
function untilMs(text: string): number {
  try {
    return parseTimestampMs(text);
  } catch (error) {
    throw invalidArgument(messageOf(error), error);
  }
}
