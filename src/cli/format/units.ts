/** Sizes and times in the words of Docker's command line. */

const decimalUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** `1.984MB`: decimal units, four significant digits unless told otherwise. */
export function humanSize(bytes: number, significantDigits = 4): string {
  return scaled(bytes, 1000, decimalUnits, significantDigits);
}

/** `23.54GiB`: binary units, four significant digits. */
export function binarySize(bytes: number): string {
  return scaled(bytes, 1024, binaryUnits, 4);
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

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** `2 hours`, `About a minute`, `Less than a second`, as go-units rounds them. */
export function humanDuration(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole < MINUTE) return `${whole} seconds`;
  const minutes = Math.trunc(seconds / MINUTE);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.trunc(seconds / HOUR + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const wholeHours = Math.trunc(seconds / HOUR);
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(wholeHours / 24 / 365)} years`;
}

/** How long ago a time in Unix seconds was: `3 minutes ago`. */
export function ago(unixSeconds: number, nowMs: number = Date.now()): string {
  return `${humanDuration(nowMs / 1000 - unixSeconds)} ago`;
}
