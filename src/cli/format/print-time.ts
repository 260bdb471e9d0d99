/** time.Time's String, of the RFC 3339 text it was read from: `2026-11-26 00:40:17.296 +0000 UTC`. */
export function printTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?(Z|([+-]\d\d):(\d\d))$/.exec(text);
  if (match === null) return text;
  const [, date, time, fraction = '', zone, hours = '', minutes = ''] = match;
  const shortFraction = fraction.replace(/0+$/, '').replace(/^\.$/, '');
  const offset = zone === 'Z' ? '+0000 UTC' : `${hours}${minutes} ${hours}${minutes}`;
  return `${date} ${time}${shortFraction} ${offset}`;
}
