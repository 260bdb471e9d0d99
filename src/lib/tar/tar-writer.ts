import { bytesOf } from './byte-string.ts';
import { BLOCK_BYTES, checksums } from './header.ts';
import { formatNumberField } from './number-field.ts';
import type { PaxRecord } from './pax-records.ts';
import { formatPaxRecords, formatPaxTime } from './pax-records.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';

const NAME_BYTES = 100;
const MAX_OCTAL_ID = 0o7777777;
const MAX_OCTAL_SIZE = 0o77777777777;
const TYPE_FLAGS: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/** What ends an archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK_BYTES);

/**
 * The header blocks of an entry in the PAX format; an extended header only where the plain one cannot say it. The same
 * entry always gives the same bytes. A file's `sizeBytes` of data must follow (holes as zeros), then `tarPadding`.
 */
export function formatTarHeader(entry: TarEntry): Buffer {
  const records = paxRecordsOf(entry);
  if (records.length === 0) return formatBlock(entry, TYPE_FLAGS[entry.type], entry.sizeBytes);
  const body = formatPaxRecords(records);
  const carrier: TarEntry = {
    ...entry,
    path: `PaxHeaders.0/${entry.path.split('/').findLast(Boolean) ?? ''}` as TarEntry['path'],
    linkTarget: '' as TarEntry['linkTarget'],
    mode: 0o644,
    uid: 0,
    gid: 0,
    device: { major: 0, minor: 0 },
  };
  return Buffer.concat([
    formatBlock(carrier, 'x', body.length),
    body,
    tarPadding(body.length),
    formatBlock(entry, TYPE_FLAGS[entry.type], entry.sizeBytes),
  ]);
}

export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

function paxRecordsOf(entry: TarEntry): PaxRecord[] {
  const records: PaxRecord[] = [];
  const add = (key: string, value: Uint8Array | string) => records.push({ key, value: Buffer.from(value) });
  if (entry.path.length > NAME_BYTES) add('path', bytesOf(entry.path));
  if (entry.linkTarget.length > NAME_BYTES) add('linkpath', bytesOf(entry.linkTarget));
  if (entry.sizeBytes > MAX_OCTAL_SIZE) add('size', String(entry.sizeBytes));
  if (entry.uid > MAX_OCTAL_ID) add('uid', String(entry.uid));
  if (entry.gid > MAX_OCTAL_ID) add('gid', String(entry.gid));
  const { seconds, nanoseconds } = entry.mtime;
  if (nanoseconds !== 0 || seconds < 0 || seconds > MAX_OCTAL_SIZE) add('mtime', formatPaxTime(entry.mtime));
  const xattrs = [...entry.xattrs].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of xattrs) add(`SCHILY.xattr.${name}`, value);
  return records;
}

function formatBlock(entry: TarEntry, typeFlag: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const number = (value: number, at: number, length: number) => formatNumberField(value, length).copy(block, at);
  bytesOf(entry.path).copy(block, 0, 0, NAME_BYTES);
  number(entry.mode, 100, 8);
  number(entry.uid, 108, 8);
  number(entry.gid, 116, 8);
  number(sizeBytes, 124, 12);
  number(Math.max(0, entry.mtime.seconds), 136, 12);
  block.write(typeFlag, 156, 'latin1');
  bytesOf(entry.linkTarget).copy(block, 157, 0, NAME_BYTES);
  block.write('ustar\x0000', 257, 'latin1');
  number(entry.device.major, 329, 8);
  number(entry.device.minor, 337, 8);
  block.write(`${checksums(block).unsigned.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
