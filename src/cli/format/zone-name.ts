import { readFileSync } from 'node:fs';

/** Where the time zone database lies on Linux systems. */
const DATABASE = '/usr/share/zoneinfo';
const HEADER_BYTES = 44;

/**
 * The abbreviation (`CET`, `JST`, `-03`) that the local zone has at a moment at which its offset is known: JavaScript
 * knows the offset, but not the abbreviation. Undefined where there is no zone file to ask.
 */
export function zoneName(unixSeconds: number, offsetSeconds: number, zone = process.env.TZ): string | undefined {
  if (zone === '' || zone === 'UTC') return 'UTC';
  const file = zone === undefined ? '/etc/localtime' : `${DATABASE}/${zone.replace(/^:/, '')}`;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    // No database, or no such zone: Go speaks of UTC then, and so does JavaScript.
    if (error instanceof Error && 'code' in error) return offsetSeconds === 0 ? 'UTC' : undefined;
    throw error;
  }
  return nameInZoneFile(bytes, unixSeconds, offsetSeconds);
}

interface Layout {
  readonly transitions: number;
  readonly types: number;
  readonly names: number;
  readonly start: number;
  readonly timeBytes: number;
}

/** Reads a TZif file (RFC 8536). Beyond its last change, the newest one with the same offset has the name. */
export function nameInZoneFile(bytes: Buffer, unixSeconds: number, offsetSeconds: number): string | undefined {
  const { transitions, types, names, start, timeBytes } = layoutOf(bytes);
  const typeStart = start + transitions * (timeBytes + 1);
  const nameStart = typeStart + types * 6;
  const nameOf = (type: number): string | undefined => {
    const entry = typeStart + type * 6;
    if (bytes.readInt32BE(entry) !== offsetSeconds) return undefined;
    const from = nameStart + bytes.readUInt8(entry + 5);
    return bytes.toString('latin1', from, Math.min(bytes.indexOf(0, from), nameStart + names));
  };
  for (let index = transitions - 1; index >= 0; index--) {
    const at = start + index * timeBytes;
    const time = timeBytes === 8 ? Number(bytes.readBigInt64BE(at)) : bytes.readInt32BE(at);
    if (time > unixSeconds) continue;
    const name = nameOf(bytes.readUInt8(start + transitions * timeBytes + index));
    if (name !== undefined) return name;
  }
  for (let type = 0; type < types; type++) {
    const name = nameOf(type);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** From version 2 on the file holds everything twice; the second time has times of 64 bits. */
function layoutOf(bytes: Buffer): Layout {
  const counts = (header: number) =>
    Array.from({ length: 6 }, (_item, index) => bytes.readUInt32BE(header + 20 + index * 4));
  const [isUt = 0, isStandard = 0, leap = 0, transitions = 0, types = 0, names = 0] = counts(0);
  if (bytes.readUInt8(4) === 0) return { transitions, types, names, start: HEADER_BYTES, timeBytes: 4 };
  const second = HEADER_BYTES + transitions * 5 + types * 6 + names + leap * 8 + isStandard + isUt;
  const [, , , transitions2 = 0, types2 = 0, names2 = 0] = counts(second);
  return { transitions: transitions2, types: types2, names: names2, start: second + HEADER_BYTES, timeBytes: 8 };
}
