const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** A Go string literal, as `%q` and strconv.Quote write it. */
export function goQuote(text: string, quote: '"' | "'" = '"'): string {
  let out = quote as string;
  for (const character of text) out += escaped(character, quote);
  return out + quote;
}

function escaped(character: string, quote: string): string {
  if (character === quote) return `\\${quote}`;
  const known = escapes[character];
  if (known !== undefined) return known;
  const codePoint = character.codePointAt(0) ?? 0;
  // Lists quote commands: the common letters need no look at Unicode's tables, which costs a millisecond to set up.
  if (codePoint >= 0x20 && codePoint < 0x7f) return character;
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${codePoint.toString(16).padStart(2, '0')}`;
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) return character;
  return codePoint > 0xffff
    ? `\\U${codePoint.toString(16).padStart(8, '0')}`
    : `\\u${codePoint.toString(16).padStart(4, '0')}`;
}

const unescapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The text of a quoted Go literal, or undefined when it holds an escape that Go does not know. */
export function goUnquote(literal: string): string | undefined {
  const quote = literal[0];
  const inner = literal.slice(1, -1);
  if (quote === '`') return inner.replaceAll('\r', '');
  let valid = true;
  const text = inner.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs,
    (_whole, escape: string) => {
      if (escape.length === 1) {
        const plain = unescapes[escape];
        if (plain === undefined || (plain !== quote && (escape === '"' || escape === "'"))) valid = false;
        return plain ?? '';
      }
      const codePoint = /^[0-7]/.test(escape) ? Number.parseInt(escape, 8) : Number.parseInt(escape.slice(1), 16);
      if (codePoint > 0x10ffff) valid = false;
      return valid ? String.fromCodePoint(codePoint) : '';
    },
  );
  return valid ? text : undefined;
}
