import type { FunctionTable } from './functions.ts';
import { encodeJson } from './json-encode.ts';
import { GoList, type GoValue, textOf } from './values.ts';

/** The functions that docker's command line adds to Go's. */
export const dockerFunctions: FunctionTable = {
  json: { parameters: ['any'], call: ([value]) => encodeJson(value, { escapeHtml: false }) },
  split: {
    parameters: ['string', 'string'],
    call: ([text, separator]) => new GoList(splitText(textOf(text), textOf(separator)), '[]string', ''),
  },
  join: {
    parameters: ['strings', 'string'],
    call: ([list, separator]) => (list instanceof GoList ? list.items.map(textOf).join(textOf(separator)) : ''),
  },
  title: { parameters: ['string'], call: ([text]) => titled(textOf(text)) },
  lower: { parameters: ['string'], call: ([text]) => textOf(text).toLowerCase() },
  upper: { parameters: ['string'], call: ([text]) => textOf(text).toUpperCase() },
  pad: { parameters: ['string', 'int', 'int'], call: ([text, before, after]) => padded(textOf(text), before, after) },
  truncate: {
    parameters: ['string', 'int'],
    call: ([text, length]) => Buffer.from(textOf(text)).subarray(0, Number(length)).toString(),
  },
};

const firstArgument = ([value]: readonly GoValue[]): GoValue => value;

/** While a table's heading is rendered, the same functions leave the column's name as it is. */
export const headerFunctions: FunctionTable = {
  json: { parameters: ['string'], call: firstArgument },
  split: { parameters: ['string', 'string'], call: firstArgument },
  join: { parameters: ['string', 'string'], call: firstArgument },
  title: { parameters: ['string'], call: firstArgument },
  lower: { parameters: ['string'], call: firstArgument },
  upper: { parameters: ['string'], call: firstArgument },
  pad: { parameters: ['string', 'int', 'int'], call: firstArgument },
  truncate: { parameters: ['string', 'int'], call: firstArgument },
};

function splitText(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

function titled(text: string): string {
  return text.replace(
    /(^|[^\p{L}\p{N}_'])(\p{L})/gu,
    (_whole, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

function padded(text: string, before: GoValue, after: GoValue): string {
  if (text === '') return text;
  return ' '.repeat(Math.max(0, Number(before))) + text + ' '.repeat(Math.max(0, Number(after)));
}
