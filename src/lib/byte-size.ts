const EXPONENTS = 'kmgtp';

/**
 * Bytes of a size in Docker's notation: `512m`, `1.5GiB`, `64`, units of 1024.
 * @throws Error with the text of Docker's own parser
 */
export function parseByteSize(text: string): number {
  const end = lastIndexOfAny(text, '0123456789. ');
  if (end < 0) throw new Error(`invalid size: '${text}'`);
  const cut = text[end] === ' ' ? end : end + 1;
  const number = text.slice(0, cut);
  const suffix = text.slice(end + 1).toLowerCase();
  const value = goFloat(number);
  if (value < 0) throw new Error(`invalid size: '${text}'`);
  if (suffix === '') return Math.trunc(value);
  const exponent = EXPONENTS.indexOf(suffix.slice(0, 1)) + 1;
  const tail = suffix.slice(1);
  if (suffix === 'b') return Math.trunc(value);
  if (exponent === 0 || !(tail === '' || tail === 'b' || tail === 'ib')) throw new Error(`invalid suffix: '${suffix}'`);
  return Math.trunc(value * 1024 ** exponent);
}

function lastIndexOfAny(text: string, characters: string): number {
  for (let index = text.length - 1; index >= 0; index--) {
    if (characters.includes(text.charAt(index))) return index;
  }
  return -1;
}

function goFloat(text: string): number {
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(text)) {
    throw new Error(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}
