const BLOCK_BYTES = 512;
/** The most that eleven octal digits hold; larger sizes are written in GNU's base 256. */
const MAX_OCTAL_SIZE = 0o77777777777;

/** A ustar header as `docker save` writes them: owned by root, names of at most 100 bytes. */
export function tarHeader(entry: {
  readonly name: string;
  readonly type: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
}): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(entry.name, 0, 100);
  header.write(entry.type === 'file' ? '0000644\0' : '0000755\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  writeNumber(header, entry.sizeBytes);
  header.write(`${octal(Math.max(entry.mtimeSeconds, 0), 11)}\0`, 136);
  header.write(' '.repeat(8), 148);
  header.write(entry.type === 'file' ? '0' : '5', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

/** What fills an entry's data up to a whole block. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK_BYTES);
}

function writeNumber(header: Buffer, sizeBytes: number): void {
  if (sizeBytes <= MAX_OCTAL_SIZE) {
    header.write(`${octal(sizeBytes, 11)}\0`, 124);
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(sizeBytes), 128);
}

function octal(value: number, digits: number): string {
  return Math.trunc(value).toString(8).padStart(digits, '0');
}
