import { BLOCK_BYTES, checksums } from '../header.ts';
import type { ReadEntry } from '../tar-reader.ts';
import { readTar } from '../tar-reader.ts';
import { TAR_END, tarPadding } from '../tar-writer.ts';

/** A header block field by field, as no honest writer would fill it. */
export interface RawFields {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  /** Octal text, or the field's twelve bytes. */
  readonly size?: string | Buffer;
  readonly mtime?: string | Buffer;
  readonly uid?: string | Buffer;
  readonly magic?: string;
  /** Written at their offsets after everything else. */
  readonly patches?: readonly (readonly [offset: number, bytes: string | Buffer])[];
  readonly checksum?: 'signed' | 'wrong';
}

export function rawHeader(fields: RawFields): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const put = (offset: number, bytes: string | Buffer) =>
    (typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes).copy(block, offset);
  put(0, fields.name);
  put(100, '0000644');
  put(108, fields.uid ?? '0000000');
  put(116, '0000000');
  put(124, fields.size ?? '00000000000');
  put(136, fields.mtime ?? '00000000000');
  put(156, fields.type ?? '0');
  put(157, fields.link ?? '');
  put(257, fields.magic ?? 'ustar\x0000');
  for (const [offset, bytes] of fields.patches ?? []) put(offset, bytes);
  const { signed, unsigned } = checksums(block);
  const sum = fields.checksum === 'signed' ? signed : fields.checksum === 'wrong' ? unsigned + 1 : unsigned;
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

export function octal(value: number): string {
  return value.toString(8).padStart(11, '0');
}

/** Header and padded data; the size is that of the data. */
export function rawEntry(fields: RawFields, data: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(data as string, 'latin1');
  return Buffer.concat([rawHeader({ size: octal(bytes.length), ...fields }), bytes, tarPadding(bytes.length)]);
}

export function paxEntry(records: Readonly<Record<string, string>> | readonly (readonly [string, string])[]): Buffer {
  const list = Array.isArray(records) ? records : Object.entries(records);
  const body = list
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = rest.length;
      for (let round = 0; round < 3; round++) length = rest.length + String(length).length;
      return `${length}${rest}`;
    })
    .join('');
  return rawEntry({ name: 'pax', type: 'x' }, body);
}

export function archiveOf(...entries: Buffer[]): Buffer {
  return Buffer.concat([...entries, TAR_END]);
}

export async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export type FoundEntry = ReadEntry['entry'] & { readonly data: string };

/** Everything in an archive, its data as latin1 text. */
export async function readAllEntries(archive: Buffer, pieceBytes = 65536): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for await (const { entry, data } of readTar(inPieces(archive, pieceBytes))) {
    const pieces = await Array.fromAsync(data);
    found.push({ ...entry, data: Buffer.concat(pieces).toString('latin1') });
  }
  return found;
}
