import type { ByteString } from './byte-string.ts';
import { byteString } from './byte-string.ts';
import { parseNumberField } from './number-field.ts';

export const BLOCK_BYTES = 512;

/** The fields of one header block. Extended headers that came before it may override them. */
export interface RawHeader {
  readonly path: ByteString;
  readonly linkTarget: ByteString;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of the data that follows in the archive. */
  readonly storedBytes: number;
  readonly mtimeSeconds: number;
  readonly typeFlag: string;
  readonly device: { readonly major: number; readonly minor: number };
  readonly isGnu: boolean;
}

/** Undefined for a block of zeros, which closes an archive; a text says what is wrong with the header. */
export function parseHeader(block: Buffer): RawHeader | string | undefined {
  const stored = parseNumberField(block.subarray(148, 156));
  const { unsigned, signed } = checksums(block);
  // Only an all-zero block has that sum: the checksum field itself counts as eight spaces.
  if (unsigned === 8 * 32 && block.every((byte) => byte === 0)) return undefined;
  if (stored !== unsigned && stored !== signed) return 'wrong header checksum';

  const magic = block.toString('latin1', 257, 265);
  const isPosix = magic.startsWith('ustar\0');
  const isGnu = magic === 'ustar  \0';
  const number = (start: number, length: number) => parseNumberField(block.subarray(start, start + length));
  const [mode, uid, gid] = [number(100, 8), number(108, 8), number(116, 8)];
  const [storedBytes, mtimeSeconds] = [number(124, 12), number(136, 12)];
  if (mode === undefined || uid === undefined || gid === undefined) return 'invalid mode or owner';
  if (storedBytes === undefined || storedBytes < 0) return 'invalid size';
  if (mtimeSeconds === undefined) return 'invalid modification time';

  const typeFlag = block.toString('latin1', 156, 157);
  const isDevice = typeFlag === '3' || typeFlag === '4';
  const major = isDevice ? number(329, 8) : 0;
  const minor = isDevice ? number(337, 8) : 0;
  if (major === undefined || minor === undefined || major < 0 || minor < 0) return 'invalid device number';

  // "tar\0" at the very end marks the old star format, whose prefix is shorter because two times follow it.
  const prefixEnd = block.toString('latin1', 508, 512) === 'tar\0' ? 476 : 500;
  const prefix = isPosix ? text(block, 345, prefixEnd) : '';
  const name = text(block, 0, 100);
  return {
    path: (prefix === '' ? name : `${prefix}/${name}`) as ByteString,
    linkTarget: text(block, 157, 257),
    mode: mode & 0o7777,
    uid,
    gid,
    storedBytes,
    mtimeSeconds,
    typeFlag,
    device: { major, minor },
    isGnu,
  };
}

/** The sum of all bytes, the checksum field taken as spaces. Old writers added bytes as signed characters. */
export function checksums(block: Uint8Array): { unsigned: number; signed: number } {
  let unsigned = 8 * 32;
  let signed = 8 * 32;
  for (let index = 0; index < BLOCK_BYTES; index++) {
    if (index >= 148 && index < 156) continue;
    const byte = block[index] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return { unsigned, signed };
}

function text(block: Buffer, start: number, end: number): ByteString {
  const zero = block.indexOf(0, start);
  return byteString(block.subarray(start, zero === -1 || zero > end ? end : zero));
}
