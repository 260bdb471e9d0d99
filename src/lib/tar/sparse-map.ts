import type { ByteSource } from './byte-source.ts';
import { BLOCK_BYTES } from './header.ts';
import { parseNumberField } from './number-field.ts';
import type { PaxRecord } from './pax-records.ts';
import { parsePaxNumber } from './pax-records.ts';
import type { TarExtent } from './tar-entry.ts';

/** More pieces than any real file has; it bounds what a hostile archive can make us hold. */
const MAX_EXTENTS = 1 << 20;

export interface SparseMap {
  readonly sizeBytes: number;
  readonly extents: readonly TarExtent[];
  /** How much of the entry's stored data the map itself took. */
  readonly mapBytes: number;
}

/** The map of GNU's old format (type `S`): four pieces in the header, 21 in each block that follows. */
export async function readOldGnuMap(header: Buffer, source: ByteSource): Promise<SparseMap | undefined> {
  const sizeBytes = parseNumberField(header.subarray(483, 495));
  if (sizeBytes === undefined || sizeBytes < 0) return undefined;
  const extents: TarExtent[] = [];
  let [table, extended] = [header.subarray(386, 386 + 4 * 24), header[482] !== 0];
  for (;;) {
    for (let at = 0; at < table.length && table[at] !== 0; at += 24) {
      const offset = parseNumberField(table.subarray(at, at + 12));
      const length = parseNumberField(table.subarray(at + 12, at + 24));
      if (offset === undefined || length === undefined) return undefined;
      extents.push({ offset, length });
    }
    if (!extended) return checked(sizeBytes, extents, 0);
    if (extents.length > MAX_EXTENTS) return undefined;
    const block = await source.read(BLOCK_BYTES);
    [table, extended] = [block.subarray(0, 21 * 24), block[504] !== 0];
  }
}

/** PAX sparse 0.0 (repeated keys) and 0.1 (one list). `sizeText` is `GNU.sparse.size`. */
export function mapFromRecords(records: readonly PaxRecord[], sizeText: string): SparseMap | undefined {
  const list = records.findLast(({ key }) => key === 'GNU.sparse.map')?.value.toString('latin1');
  const texts =
    list === undefined
      ? records
          .filter(({ key }) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
          .map(({ value }) => value.toString('latin1'))
      : list === ''
        ? []
        : list.split(',');
  const sizeBytes = parsePaxNumber(sizeText);
  const extents = paired(texts.map(parsePaxNumber));
  return sizeBytes === undefined || extents === undefined ? undefined : checked(sizeBytes, extents, 0);
}

/** PAX sparse 1.0: decimal lines at the start of the data (a count, then offset and length of each), to a full block. */
export async function readMapFromData(source: ByteSource, sizeText: string): Promise<SparseMap | undefined> {
  const sizeBytes = parsePaxNumber(sizeText);
  if (sizeBytes === undefined) return undefined;
  let mapBytes = 0;
  let text = '';
  const line = async (): Promise<number | undefined> => {
    while (!text.includes('\n')) {
      // No number has this many digits.
      if (text.length > 64) return undefined;
      text += (await source.read(BLOCK_BYTES)).toString('latin1');
      mapBytes += BLOCK_BYTES;
    }
    const end = text.indexOf('\n');
    const value = parsePaxNumber(text.slice(0, end));
    text = text.slice(end + 1);
    return value;
  };
  const count = await line();
  if (count === undefined || count > MAX_EXTENTS) return undefined;
  const numbers: (number | undefined)[] = [];
  for (let index = 0; index < 2 * count; index++) {
    const value = await line();
    if (value === undefined) return undefined;
    numbers.push(value);
  }
  const extents = paired(numbers);
  return extents === undefined ? undefined : checked(sizeBytes, extents, mapBytes);
}

function paired(numbers: readonly (number | undefined)[]): TarExtent[] | undefined {
  if (numbers.length % 2 !== 0 || numbers.length > 2 * MAX_EXTENTS) return undefined;
  const extents: TarExtent[] = [];
  for (let index = 0; index < numbers.length; index += 2) {
    const [offset, length] = [numbers[index], numbers[index + 1]];
    if (offset === undefined || length === undefined) return undefined;
    extents.push({ offset, length });
  }
  return extents;
}

/** In order, without overlaps, within the file. Empty pieces only mark the end of the file and are left out. */
function checked(sizeBytes: number, extents: readonly TarExtent[], mapBytes: number): SparseMap | undefined {
  let end = 0;
  for (const { offset, length } of extents) {
    if (offset < end || length < 0 || offset + length > sizeBytes) return undefined;
    end = offset + length;
  }
  return { sizeBytes, extents: extents.filter(({ length }) => length > 0), mapBytes };
}
