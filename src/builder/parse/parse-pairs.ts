import { invalidArgument } from '../../errors/engine-error.ts';
import { splitBlanks } from './characters.ts';
import type { ArgCommand, Pair, PairsCommand } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';
import { quotedWords } from './words.ts';

/** ENV and LABEL: `key=value …`, or of old `key value`. */
export function parsePairs(instruction: Instruction, escape: string): PairsCommand {
  const kind = instruction.keyword === 'env' ? 'env' : 'label';
  const pairs = readPairs(kind.toUpperCase(), instruction.rest, escape);
  parseFlags(instruction.flags, {});
  if (pairs.length === 0) throw invalidArgument(`${kind.toUpperCase()} requires at least one argument`);
  if (pairs.some(({ key }) => key === '')) throw invalidArgument(`${kind.toUpperCase()} names can not be blank`);
  return { kind, instruction, pairs };
}

/** @throws invalid_argument for words that are no pairs */
export function readPairs(keyword: string, rest: string, escape: string): Pair[] {
  const words = quotedWords(rest, escape);
  const [first] = words;
  if (first === undefined) return [];
  if (!first.includes('=')) {
    const [key = '', value] = splitBlanks(rest, 2);
    if (value === undefined) throw invalidArgument(`${keyword} must have two arguments`);
    return [{ key, value, isLegacy: true }];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals >= 0) return { key: word.slice(0, equals), value: word.slice(equals + 1), isLegacy: false };
    const quoted = JSON.stringify(word);
    throw invalidArgument(`Syntax error - can't find = in ${quoted}. Must be of the form: name=value`);
  });
}

/** `ARG key[=value] …`. */
export function parseArg(instruction: Instruction, escape: string): ArgCommand {
  const words = quotedWords(instruction.rest, escape);
  if (words.length === 0) throw invalidArgument('ARG requires at least one argument');
  const definitions = words.map((word) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw invalidArgument('ARG names can not be blank');
    return equals < 0 ? { key: word, value: undefined } : { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { kind: 'arg', instruction, definitions };
}
