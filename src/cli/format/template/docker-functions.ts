import { FunctionError, type FunctionTable } from './functions.ts';
import { encodeJson } from './json-encode.ts';
import { GoList, type GoValue, textOf } from './values.ts';

/** The functions that docker's command line adds to Go's. */
export const dockerFunctions = {
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
  upper: { parameters: ['string'], call: ([text]) => uppercased(textOf(text)) },
  pad: { parameters: ['string', 'int', 'int'], call: ([text, before, after]) => padded(textOf(text), before, after) },
  truncate: {
    parameters: ['string', 'int'],
    call: ([text, length]) => Buffer.from(textOf(text)).subarray(0, Number(length)).toString(),
  },
} satisfies FunctionTable;

const firstArgument = ([value]: readonly GoValue[]): GoValue => value;

/** While a table's heading is rendered, the same functions leave the column's name as it is, except for its padding. */
export const headerFunctions: FunctionTable = {
  json: { parameters: ['string'], call: firstArgument },
  split: { parameters: ['string', 'string'], call: firstArgument },
  join: { parameters: ['string', 'string'], call: firstArgument },
  title: { parameters: ['string'], call: firstArgument },
  lower: { parameters: ['string'], call: firstArgument },
  upper: { parameters: ['string'], call: firstArgument },
  pad: dockerFunctions.pad,
  truncate: { parameters: ['string', 'int'], call: firstArgument },
};

function splitText(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}

/** A letter after anything but a letter, a digit or an underscore; outside ASCII only a space counts as such. */
function titled(text: string): string {
  return text.replace(/(^|[^\p{L}\p{N}_\u0080-\u{10ffff}]|\s)(\p{L})/gu, (_whole, before: string, letter: string) => {
    return before + uppercased(letter);
  });
}

/** Go maps letter by letter, so what has no single capital letter stays. */
function uppercased(text: string): string {
  return Array.from(text, (letter) => {
    const upper = letter.toUpperCase();
    return Array.from(upper).length === 1 ? upper : letter;
  }).join('');
}

function padded(text: string, before: GoValue, after: GoValue): string {
  if (text === '') return text;
  if (Number(before) < 0 || Number(after) < 0) throw new FunctionError('strings: negative Repeat count');
  return ' '.repeat(Number(before)) + text + ' '.repeat(Number(after));
}
