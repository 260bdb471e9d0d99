/**
 * A number in a tar header: octal digits between spaces and zeros, or, with the first bit set, a big-endian two's
 * complement number of 8·n−1 bits (GNU's "base 256"). Undefined for anything else, and for what JavaScript cannot
 * hold exactly. An empty field is 0, as every implementation reads it.
 */
export function parseNumberField(field: Uint8Array): number | undefined {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) return parseBase256(field, (first & 0x40) !== 0);
  const text = Buffer.from(field)
    .toString('latin1')
    .replace(/^[ \0]+|[ \0]+$/g, '');
  const digits = text.split('\0', 1)[0] ?? '';
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, 8);
  return Number.isSafeInteger(value) ? value : undefined;
}

function parseBase256(field: Uint8Array, negative: boolean): number | undefined {
  let value = BigInt((field[0] ?? 0) & 0x7f) - (negative ? 128n : 0n);
  for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Octal where it fits with its closing zero, else base 256; `value` is a safe integer. */
export function formatNumberField(value: number, length: number): Buffer {
  const field = Buffer.alloc(length);
  const octal = value.toString(8);
  if (value >= 0 && octal.length < length) {
    field.write(octal.padStart(length - 1, '0'), 'latin1');
    return field;
  }
  let rest = BigInt(value);
  for (let index = length - 1; index >= 0; index--) {
    field[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  field[0] = (field[0] ?? 0) | 0x80;
  return field;
}
