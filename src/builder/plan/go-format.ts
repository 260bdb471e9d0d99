import { goQuote } from '../../lib/go-quote.ts';

/** Go's verbs, as BuildKit writes histories with them. */

/** `%q` of a list of strings. */
export function goQuoteList(items: readonly string[]): string {
  return `[${items.map((item) => goQuote(item)).join(' ')}]`;
}

/** `%q` of a small number: the character that it is the code of. */
export function goQuoteRune(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return "'\ufffd'";
  return goQuote(String.fromCodePoint(code), "'");
}
