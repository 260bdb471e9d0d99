import { isSpace } from './characters.ts';

/**
 * Splits at blanks outside of quotes. Quotes and escapes stay in the words, for the expansion that comes later; an
 * escape as the very last character is dropped.
 */
export function quotedWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++;
    if (at >= text.length) return words;
    const { word, end } = quotedWord(text, at, escape);
    at = end;
    if (word !== '') words.push(word);
  }
}

function quotedWord(text: string, start: number, escape: string): { word: string; end: number } {
  const pieces: string[] = [];
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === '' && isSpace(character)) break;
    if (character === escape && quote !== "'") {
      if (at + 1 >= text.length) continue;
      pieces.push(character, text.charAt(++at));
      continue;
    }
    if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = '';
    pieces.push(character);
  }
  return { word: pieces.join(''), end: at };
}
