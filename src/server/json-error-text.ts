/** What stands where V8 stops, by the beginning of its message; Go puts the offending character before it. */
const EXPECTATIONS: readonly (readonly [RegExp, string])[] = [
  [/^Expected (?:double-quoted property name|property name or)/, 'looking for beginning of object key string'],
  [/^Expected ':'/, 'after object key'],
  [/^Expected ',' or '\}'/, 'after object key:value pair'],
  [/^Expected ',' or '\]'/, 'after array element'],
  [/^Bad escaped character/, 'in string escape code'],
  [/^Bad Unicode escape/, 'in \\u hexadecimal character escape'],
  [/^Bad control character/, 'in string literal'],
  [/^Exponent part/, 'in exponent of numeric literal'],
  [/^No number after minus/, 'in numeric literal'],
  [/^Unterminated fractional/, 'after decimal point in numeric literal'],
];

/** The message of a failed `JSON.parse(text)`, in the words of Go that Docker's clients know. */
export function jsonErrorText(message: string, text: string): string {
  if (/after JSON/.test(message)) return 'unexpected content after JSON';
  const token = /^Unexpected token '(.+?)',/su.exec(message)?.[1];
  if (token !== undefined) return invalidCharacter(token, 'looking for beginning of value');
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
  if (position >= text.length || /^Unexpected end|^Unterminated string/.test(message))
    return 'invalid JSON: unexpected EOF';
  const expectation = EXPECTATIONS.find(([pattern]) => pattern.test(message))?.[1];
  if (expectation === undefined) return `invalid JSON: ${message}`;
  return invalidCharacter(String.fromCodePoint(text.codePointAt(position) ?? 0), expectation);
}

function invalidCharacter(character: string, where: string): string {
  const shown = character === "'" ? "\\'" : JSON.stringify(character).slice(1, -1).replace('\\"', '"');
  return `invalid JSON: invalid character '${shown}' ${where}`;
}
