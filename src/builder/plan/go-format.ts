/** Go's verbs, as BuildKit writes histories with them. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** `%q` of a string. */
export function goQuote(text: string): string {
  const body = text.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}]|(?! )\p{Zs}/gu, (character) => {
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${body}"`;
}

/** `%q` of a list of strings. */
export function goQuoteList(items: readonly string[]): string {
  return `[${items.map(goQuote).join(' ')}]`;
}

/** `%q` of a small number: the character that it is the code of. */
export function goQuoteRune(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return "'\ufffd'";
  const quoted = goQuote(String.fromCodePoint(code)).slice(1, -1);
  if (quoted === '\\"') return "'\"'";
  return quoted === "'" ? "'\\''" : `'${quoted}'`;
}
