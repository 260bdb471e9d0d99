import type { ByteString } from '../../lib/tar/byte-string.ts';
import type { TarEntryType, TarTime } from '../../lib/tar/tar-entry.ts';

/** One file of a spool. Hard links are files that share their data. */
export interface SpoolEntry {
  readonly type: Exclude<TarEntryType, 'hardlink'>;
  /** Relative to the spool's root, without slashes at its ends; empty for the root itself. */
  readonly path: ByteString;
  /** Of symbolic links, else empty. */
  readonly linkTarget: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: TarTime;
  readonly sizeBytes: number;
  /** Where a file's data begins in the spool's data file. */
  readonly offset: number;
  /** SHA-256 of a file's data in hexadecimal; empty for everything else. */
  readonly hash: string;
  readonly device: { readonly major: number; readonly minor: number };
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

type Row = readonly [
  type: SpoolEntry['type'],
  path: string,
  linkTarget: string,
  mode: number,
  uid: number,
  gid: number,
  seconds: number,
  nanoseconds: number,
  sizeBytes: number,
  offset: number,
  hash: string,
  device: readonly [number, number],
  xattrs: readonly (readonly [string, string])[],
];

/** As one line of an index, with its end. */
export function formatSpoolEntry(entry: SpoolEntry): string {
  const { type, path, linkTarget, mode, uid, gid, mtime, sizeBytes, offset, hash, device, xattrs } = entry;
  const row: Row = [
    type,
    path,
    linkTarget,
    mode,
    uid,
    gid,
    mtime.seconds,
    mtime.nanoseconds,
    sizeBytes,
    offset,
    hash,
    [device.major, device.minor],
    [...xattrs].map(([name, value]) => [name, Buffer.from(value).toString('base64')] as const),
  ];
  return `${JSON.stringify(row)}\n`;
}

export function parseSpoolEntry(line: string): SpoolEntry {
  const row = JSON.parse(line) as Row;
  const [type, path, linkTarget, mode, uid, gid, seconds, nanoseconds, sizeBytes, offset, hash, device, xattrs] = row;
  return {
    type,
    path: path as ByteString,
    linkTarget: linkTarget as ByteString,
    mode,
    uid,
    gid,
    mtime: { seconds, nanoseconds },
    sizeBytes,
    offset,
    hash,
    device: { major: device[0], minor: device[1] },
    xattrs: new Map(xattrs.map(([name, value]) => [name, Buffer.from(value, 'base64')])),
  };
}
