/** Texts and limits of Go's strconv, because Docker's clients show them to the user word by word. */

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

export function parseBool(text: string): boolean {
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

const LIMIT = 2n ** 63n;

/** A signed integer in base 10, or with Go's prefixes 0x, 0o, 0b. Beyond 2^53 the nearest number is returned. */
export function parseDecimalInteger(text: string, goFunction = 'ParseInt'): number {
  const quoted = JSON.stringify(text);
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[0-9]+)$/.exec(text);
  const digits = match?.[2];
  if (digits === undefined || /^0[0-9]*[89]/.test(digits)) {
    throw new Error(`strconv.${goFunction}: parsing ${quoted}: invalid syntax`);
  }
  const magnitude = BigInt(digits.replace(/^0([0-7]+)$/, '0o$1'));
  const value = match?.[1] === '-' ? -magnitude : magnitude;
  if (value >= LIMIT || value < -LIMIT) throw new Error(`strconv.${goFunction}: parsing ${quoted}: value out of range`);
  return Number(value);
}

/** An unsigned integer of so many bits. */
export function parseUnsigned(text: string, bits: number): number {
  const quoted = JSON.stringify(text);
  if (!/^[0-9]+$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${quoted}: invalid syntax`);
  const value = BigInt(text);
  if (value >= 2n ** BigInt(bits)) throw new Error(`strconv.ParseUint: parsing ${quoted}: value out of range`);
  return Number(value);
}
