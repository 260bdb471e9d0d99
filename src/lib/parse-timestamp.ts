import { EngineError } from '../errors/engine-error.ts';
import { parseGoDuration } from './go-duration.ts';

const NS_PER_MS = 1e6;
/** RFC 3339, whose parts may be left out from the right; without a zone the daemon's own is meant. */
const RFC3339 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A point in time as Docker's filters take it: how long ago (`10m`), seconds since the epoch, or RFC 3339.
 * @throws internal, as Docker answers it, for anything else.
 */
export function parseTimestampMs(text: string, nowMs: number = Date.now()): number {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (/^[+-]?[0-9.]+[a-zµμ]/.test(text)) return nowMs - durationNs(text) / NS_PER_MS;
  const zone = RFC3339.exec(text)?.[1];
  if (!RFC3339.test(text)) throw unreadable(text);
  const local = zone === undefined ? text : text.slice(0, -zone.length);
  const [date = '', time = ''] = local.split('T');
  const [hours = '00', minutes = '00', seconds = '00'] = time === '' ? [] : time.split(':');
  const parsed = Date.parse(`${date}T${hours}:${minutes}:${seconds}${zone ?? ''}`);
  if (Number.isNaN(parsed)) throw unreadable(text);
  return parsed;
}

function durationNs(text: string): number {
  try {
    return parseGoDuration(text);
  } catch (error) {
    throw unreadable(text, error);
  }
}

function unreadable(text: string, cause?: unknown): EngineError {
  return new EngineError('internal', `failed to parse value as time or duration: ${JSON.stringify(text)}`, { cause });
}
