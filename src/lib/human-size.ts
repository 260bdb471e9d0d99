/** Sizes in the words of Docker. */

const DECIMAL_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** `1.984MB`: decimal units, four significant digits unless told otherwise. */
export function humanSize(bytes: number, significantDigits = 4): string {
  return scaled(bytes, 1000, DECIMAL_UNITS, significantDigits);
}

/** `23.54GiB`: binary units, four significant digits. */
export function binarySize(bytes: number): string {
  return scaled(bytes, 1024, BINARY_UNITS, 4);
}

function scaled(bytes: number, base: number, units: readonly string[], significantDigits: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${significant(value, significantDigits)}${units[unit]}`;
}

/** Go's `%.4g`: trailing zeros go, and so does the point; too many digits before it make an exponent. */
function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  const trimmed = text.includes('.') ? text.replace(/\.?0+(e|$)/, '$1') : text;
  return trimmed.replace(/e([+-])(\d)$/, 'e$10$2');
}
