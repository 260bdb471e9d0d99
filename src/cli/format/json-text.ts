/** Changes the white space of a JSON text and nothing else: the order of keys, numbers and escapes stay as they came. */

/** As Go's json.Indent: four spaces a level, empty objects and arrays closed up. */
export function indentJson(text: string): string {
  let out = '';
  let depth = 0;
  let opened = false;
  for (const token of tokensOf(text)) {
    const closes = token === '}' || token === ']';
    if (closes) {
      depth--;
      if (!opened) out += newline(depth);
    } else if (opened) out += newline(depth);
    opened = false;
    if (token === '{' || token === '[') {
      depth++;
      opened = true;
      out += token;
    } else if (token === ',') out += token + newline(depth);
    else out += token === ':' ? ': ' : token;
  }
  return out;
}

export function compactJson(text: string): string {
  let out = '';
  for (const token of tokensOf(text)) out += token;
  return out;
}

const tokenPattern = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

function* tokensOf(text: string): Generator<string, void> {
  for (const match of text.matchAll(tokenPattern)) yield match[0];
}

function newline(depth: number): string {
  return `\n${'    '.repeat(depth)}`;
}
