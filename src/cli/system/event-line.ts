import { rfc3339Nano } from '../format/local-time.ts';

interface Event {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> | null };
  readonly time?: number;
}

/** `2026-11-26T00:46:52.665974712Z container create b89a… (image=busybox, name=web)` of an event's JSON. */
export function eventLine(json: string): string {
  const event = JSON.parse(json) as Event;
  const pairs = Object.entries(event.Actor.Attributes ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  const attributes = pairs.map(([name, value]) => `${name}=${value}`).join(', ');
  const what = `${event.Type} ${event.Action} ${event.Actor.ID}`;
  return `${rfc3339Nano(nanosecondsOf(json, event))} ${what}${attributes === '' ? '' : ` (${attributes})`}`;
}

/** Nanoseconds since 1970 are more than a number holds, so they are read from the text. */
function nanosecondsOf(json: string, event: Event): bigint {
  const digits = /"timeNano"\s*:\s*(\d+)\s*\}?\s*$/.exec(json)?.[1] ?? /"timeNano"\s*:\s*(\d+)/.exec(json)?.[1];
  return digits === undefined ? BigInt(event.time ?? 0) * 1_000_000_000n : BigInt(digits);
}
