import { bytesOf } from './byte-string.ts';
import type { TarTime } from './tar-entry.ts';

/** One record of a PAX extended header. Values are bytes: file capabilities hold zeros and no UTF-8. */
export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
}

/** In their order, as the old sparse format repeats its keys. Undefined when the header is malformed. */
export function parsePaxRecords(body: Buffer): PaxRecord[] | undefined {
  const records: PaxRecord[] = [];
  let start = 0;
  while (start < body.length) {
    // Some writers pad the header with zeros.
    if (body[start] === 0) return body.subarray(start).every((byte) => byte === 0) ? records : undefined;
    const space = body.indexOf(0x20, start);
    if (space === -1 || space - start > 8) return undefined;
    const digits = body.toString('latin1', start, space);
    const end = start + Number(digits);
    const equals = body.indexOf(0x3d, space);
    if (!/^[0-9]+$/.test(digits) || end > body.length || body[end - 1] !== 0x0a) return undefined;
    if (equals <= space + 1 || equals >= end - 1) return undefined;
    records.push({ key: body.toString('latin1', space + 1, equals), value: body.subarray(equals + 1, end - 1) });
    start = end;
  }
  return records;
}

export function formatPaxRecords(records: readonly PaxRecord[]): Buffer {
  return Buffer.concat(
    records.map(({ key, value }) => {
      const rest = Buffer.concat([Buffer.from(' '), bytesOf(key), Buffer.from('='), value, Buffer.from('\n')]);
      // The length counts its own digits: it settles after at most two rounds.
      let length = rest.length;
      for (let round = 0; round < 3; round++) length = rest.length + String(length).length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}

/** `[-]seconds[.fraction]`; digits beyond nanoseconds are cut off. */
export function parsePaxTime(text: string): TarTime | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const nanoseconds = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  const seconds = Number(match[2]);
  if (match[1] !== '-') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: -seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

export function formatPaxTime({ seconds, nanoseconds }: TarTime): string {
  const negative = seconds < 0 && nanoseconds > 0;
  const fraction = String(negative ? 1e9 - nanoseconds : nanoseconds)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const whole = negative ? `-${-(seconds + 1)}` : String(seconds);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** A decimal number from 0 up that JavaScript holds exactly. */
export function parsePaxNumber(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
