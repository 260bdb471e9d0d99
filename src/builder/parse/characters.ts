/** Go's `unicode.IsSpace`, which BuildKit's parser splits by. */
export function isSpace(character: string): boolean {
  const code = character.charCodeAt(0);
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x85) return false;
  if (code === 0x85 || code === 0xa0 || code === 0x1680 || code === 0x3000) return true;
  return (code >= 0x2000 && code <= 0x200a) || [0x2028, 0x2029, 0x202f, 0x205f].includes(code);
}

/** Go's `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return trimLeadingSpace(text.slice(0, end));
}

export function trimLeadingSpace(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charAt(start))) start++;
  return text.slice(start);
}

/** Words between tabs and spaces: at most `limit` of them, the last with all that is left. */
export function splitBlanks(text: string, limit = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { index, 0: blank } of text.matchAll(/[\t\v\f\r ]+/g)) {
    if (parts.length + 1 >= limit) break;
    parts.push(text.slice(from, index));
    from = index + blank.length;
  }
  parts.push(text.slice(from));
  return parts;
}
