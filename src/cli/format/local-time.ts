import { zoneName } from './zone-name.ts';

/** Times in the local zone, written as Go writes them. */

/** time.Time's String of a whole second: `2026-11-26 01:46:52 +0100 CET`. */
export function goTimeText(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  const offset = offsetText(date, '');
  const name = zoneName(unixSeconds, -date.getTimezoneOffset() * 60) ?? offset;
  return `${dateText(date)} ${clockText(date)} ${offset} ${name}`;
}

/** RFC 3339 of a whole second: `2026-11-26T01:46:52+01:00`, `…Z` in UTC. */
export function rfc3339(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  return `${dateText(date)}T${clockText(date)}${rfc3339Zone(date)}`;
}

/** RFC 3339 with all nine digits of the nanoseconds, as events are stamped. */
export function rfc3339Nano(unixNanoseconds: bigint): string {
  const seconds = unixNanoseconds / 1_000_000_000n;
  const date = new Date(Number(seconds) * 1000);
  const fraction = (unixNanoseconds % 1_000_000_000n).toString().padStart(9, '0');
  return `${dateText(date)}T${clockText(date)}.${fraction}${rfc3339Zone(date)}`;
}

function rfc3339Zone(date: Date): string {
  return date.getTimezoneOffset() === 0 ? 'Z' : offsetText(date, ':');
}

/** `Thu Aug 13 05:35:48 2026`, Go's time.ANSIC. */
export function ansiTime(date: Date): string {
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const clock = date.toISOString().slice(11, 19);
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${clock} ${date.getUTCFullYear()}`;
}

function dateText(date: Date): string {
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function clockText(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function offsetText(date: Date, separator: string): string {
  const minutes = -date.getTimezoneOffset();
  const magnitude = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(magnitude / 60))}${separator}${two(magnitude % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
