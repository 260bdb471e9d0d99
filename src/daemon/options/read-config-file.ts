import { readFileSync } from 'node:fs';
import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { DaemonOption, OptionName, OptionValues } from './options.ts';
import { daemonOptions, fileKeyOf } from './options.ts';
import { checkValue } from './parse-arguments.ts';

/** Flags that make no sense in the file. */
const FLAGS_ONLY = new Set(['config-file', 'help', 'validate', 'version']);
const DEFAULT_KEPT_STORAGE = '20GB';
const fileOptions: readonly DaemonOption[] = daemonOptions.filter(({ name }) => !FLAGS_ONLY.has(name));

/**
 * The options of the configuration file, added to those of the command line. One that is in both is refused, as by
 * dockerd: nobody could tell which one was meant.
 * @throws invalid_argument naming the file; a missing file is none when nobody asked for it by `--config-file`.
 */
export function withConfigFile(path: string, required: boolean, flags: OptionValues): OptionValues {
  try {
    const text = readIfThere(path, required);
    return text.trim() === '' ? flags : merge(parse(text), flags);
  } catch (error) {
    throw invalidArgument(`unable to configure the Skiff daemon with file ${path}: ${messageOf(error)}`, error);
  }
}

function readIfThere(path: string, required: boolean): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
    if (required) throw invalidArgument(`open ${path}: no such file or directory`, error);
    return '';
  }
}

function parse(text: string): Map<string, unknown> {
  const document: unknown = JSON.parse(text);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw invalidArgument('it must hold one JSON object');
  }
  return new Map(Object.entries(document));
}

function merge(document: ReadonlyMap<string, unknown>, flags: OptionValues): OptionValues {
  const known = new Map(fileOptions.map((option) => [fileKeyOf(option), option]));
  const unknown = [...document.keys()].filter((key) => !known.has(key));
  if (unknown.length > 0) {
    throw invalidArgument(`the following directives don't match any configuration option: ${unknown.join(', ')}`);
  }
  const values = new Map(flags);
  const conflicts: string[] = [];
  for (const [key, value] of document) {
    const option = known.get(key);
    if (option === undefined) continue;
    const name = option.name as OptionName;
    const given = flags.get(name);
    if (given === undefined) values.set(name, valuesOf(option, value));
    else conflicts.push(`${key}: (from flag: ${shown(option, given)}, from file: ${shownFile(value)})`);
  }
  if (conflicts.length > 0) {
    throw invalidArgument(
      `the following directives are specified both as a flag and in the configuration file: ${conflicts.join(', ')}`,
    );
  }
  return values;
}

function valuesOf(option: DaemonOption, value: unknown): string[] {
  return textsOf(option, value).map((text) => checkValue(option, text));
}

function textsOf(option: DaemonOption, value: unknown): string[] {
  const key = fileKeyOf(option);
  switch (option.kind) {
    case 'text':
      if (key === 'builder') return keptStorage(value);
      if (typeof value === 'string') return [value];
      throw invalidArgument(`${key} must be a string`);
    case 'number':
      if (typeof value === 'number') return [String(value)];
      throw invalidArgument(`${key} must be a number`);
    case 'flag':
      if (typeof value === 'boolean') return [String(value)];
      throw invalidArgument(`${key} must be true or false`);
    case 'list':
      if (Array.isArray(value)) return value.map((entry) => listEntry(key, entry));
      throw invalidArgument(`${key} must be a list`);
    case 'map':
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return Object.entries(value).map(([name, entry]) => `${name}=${mapEntry(key, entry)}`);
      }
      throw invalidArgument(`${key} must be an object`);
  }
}

/** As dockerd has it: `{"gc": {"enabled": true, "defaultKeepStorage": "20GB"}}`. */
function keptStorage(value: unknown): string[] {
  const { gc = {}, ...others } = objectOf('builder', value);
  const { enabled = false, defaultKeepStorage = DEFAULT_KEPT_STORAGE, ...more } = objectOf('builder.gc', gc);
  const [unknown] = [...Object.keys(others), ...Object.keys(more).map((key) => `gc.${key}`)];
  if (unknown !== undefined) throw invalidArgument(`builder.${unknown} is not known here`);
  if (typeof enabled !== 'boolean') throw invalidArgument('builder.gc.enabled must be true or false');
  if (typeof defaultKeepStorage !== 'string') throw invalidArgument('builder.gc.defaultKeepStorage must be a string');
  return enabled ? [defaultKeepStorage] : [];
}

function objectOf(key: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalidArgument(`${key} must be an object`);
}

/** Address pools are objects in the file and `key=value` pairs on the command line. */
function listEntry(key: string, entry: unknown): string {
  if (typeof entry === 'string') return entry;
  if (key === 'default-address-pools' && typeof entry === 'object' && entry !== null) {
    return Object.entries(entry)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(',');
  }
  throw invalidArgument(`${key} must be a list of strings`);
}

/** Runtimes are objects in the file: `{"runc": {"path": "/usr/sbin/runc"}}`. */
function mapEntry(key: string, entry: unknown): string {
  if (typeof entry === 'string') return entry;
  if (key === 'runtimes' && typeof entry === 'object' && entry !== null && 'path' in entry) {
    if (typeof entry.path === 'string' && Object.keys(entry).length === 1) return entry.path;
  }
  throw invalidArgument(`${key} must hold ${key === 'runtimes' ? '{"path": "…"} for each name' : 'strings'}`);
}

function shown(option: DaemonOption, values: readonly string[]): string {
  return option.kind === 'list' ? `[${values.join(' ')}]` : values.join(' ');
}

function shownFile(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shownFile).join(' ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
