import { type EngineError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { nearest } from '../../lib/suggest.ts';
import type { DaemonOption, OptionName, OptionValues } from './options.ts';
import { daemonOptions, flagTitle } from './options.ts';

const byName = new Map<string, DaemonOption>(daemonOptions.map((option) => [option.name, option]));
const byShort = new Map<string, DaemonOption>(
  daemonOptions.flatMap((option: DaemonOption) =>
    option.short === undefined ? [] : [[option.short, option] as const],
  ),
);

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * Reads the command line: `--name value`, `--name=value`, `-n value`, `-nvalue`, flags alone or with `=true`.
 * @throws invalid_argument with dockerd's texts, and the nearest name for an unknown flag.
 */
export function parseArguments(argv: readonly string[]): OptionValues {
  const values = new Map<OptionName, string[]>();
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { option, attached } = readFlag(word);
    let value = attached;
    if (value === undefined && option.kind === 'flag') value = 'true';
    value ??= rest.shift();
    if (value === undefined) {
      throw invalidArgument(`flag needs an argument: ${word.startsWith('--') ? word : `'${option.short}' in ${word}`}`);
    }
    const name = option.name as OptionName;
    const checked = checkValue(option, value);
    const repeated = option.kind === 'list' || option.kind === 'map';
    values.set(name, repeated ? [...(values.get(name) ?? []), checked] : [checked]);
  }
  return values;
}

function readFlag(word: string): { option: DaemonOption; attached: string | undefined } {
  if (word.startsWith('--') && word.length > 2) {
    const [name = '', ...value] = word.slice(2).split('=');
    const option = byName.get(name);
    if (option === undefined) throw unknownFlag(name);
    return { option, attached: word.includes('=') ? value.join('=') : undefined };
  }
  if (word.startsWith('-') && word.length > 1 && word !== '--') {
    const option = byShort.get(word.charAt(1));
    if (option === undefined) throw invalidArgument(`unknown shorthand flag: '${word.charAt(1)}' in ${word}`);
    return { option, attached: word.length > 2 ? word.slice(2).replace(/^=/, '') : undefined };
  }
  throw invalidArgument(`skiffd takes flags only, and no argument: ${JSON.stringify(word)}`);
}

function unknownFlag(name: string): EngineError {
  const near = nearest(name, byName.keys());
  return invalidArgument(`unknown flag: --${name}${near === undefined ? '' : `: did you mean --${near}?`}`);
}

/** The value in its one form. @throws invalid_argument that names the flag and the value. */
export function checkValue(option: DaemonOption, value: string): string {
  try {
    if (option.kind !== 'flag') option.check?.(value);
    else if (TRUE.has(value)) return 'true';
    else if (FALSE.has(value)) return 'false';
    else throw invalidArgument(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
  } catch (error) {
    const text = `invalid argument ${JSON.stringify(value)} for "${flagTitle(option)}" flag: ${messageOf(error)}`;
    throw invalidArgument(text, error);
  }
  return value;
}
