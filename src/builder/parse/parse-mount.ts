import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseByteSize } from '../../lib/byte-size.ts';
import { parseCsvRecord } from '../../lib/csv-record.ts';
import { parseBool, parseUnsigned } from '../../lib/go-numbers.ts';
import { didYouMean } from './suggestion.ts';

const TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
export type MountType = (typeof TYPES)[number];
const SHARING = ['shared', 'private', 'locked'] as const;
export type CacheSharing = (typeof SHARING)[number];
const KEYS = [
  'type',
  'from',
  'source',
  'target',
  'readonly',
  'id',
  'sharing',
  'required',
  'size',
  'mode',
  'uid',
  'gid',
  'src',
  'dst',
  'destination',
  'ro',
  'rw',
  'readwrite',
  'env',
];

/** `--mount` as written, by its own rules. */
export interface MountOptions {
  type: MountType;
  from?: string;
  source?: string;
  target?: string;
  readOnly?: boolean;
  id?: string;
  sharing?: CacheSharing;
  required?: boolean;
  sizeBytes?: number;
  mode?: number;
  uid?: number;
  gid?: number;
  env?: string;
}

/** What can be said of a mount before its variables are known: `from` must hold none, as stages depend on it. */
export function checkMount(written: string): void {
  for (const { key, value } of mountFields(written)) {
    if (key === 'from' && value !== undefined && /\$./.test(value)) {
      throw invalidArgument("'from' doesn't support variable expansion, define alias stage instead");
    }
  }
}

/** The stage, image or context that a mount names, as far as can be told before variables are expanded. */
export function mountSource(written: string): string | undefined {
  const last = (...keys: readonly string[]) => mountFields(written).findLast(({ key }) => keys.includes(key))?.value;
  const type = last('type')?.toLowerCase() ?? 'bind';
  return type === 'tmpfs' || type === 'secret' || type === 'ssh' ? undefined : last('from') || undefined;
}

/** @throws invalid_argument with BuildKit's texts */
export function parseMount(written: string, expand: (value: string) => string): MountOptions {
  const mount: MountOptions = { type: 'bind' };
  for (const { field, key, value } of mountFields(written)) {
    if (value === undefined) applySwitch(mount, key, field);
    else applyOption(mount, key, expand(value), field);
  }
  checkTogether(mount);
  return mount;
}

interface Field {
  readonly field: string;
  readonly key: string;
  readonly value: string | undefined;
}

function mountFields(written: string): Field[] {
  return csvFields(written).map((field) => {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    return { field, key, value: equals < 0 ? undefined : field.slice(equals + 1) };
  });
}

function csvFields(written: string): string[] {
  try {
    return parseCsvRecord(written);
  } catch (error) {
    throw invalidArgument(`failed to parse csv mounts: ${messageOf(error)}`, error);
  }
}

function applySwitch(mount: MountOptions, key: string, field: string): void {
  if (key === 'readonly' || key === 'ro') mount.readOnly = true;
  else if (key === 'readwrite' || key === 'rw') mount.readOnly = false;
  else if (key === 'required') setRequired(mount, true);
  else throw invalidArgument(`invalid field '${field}' must be a key=value pair`);
}

function setRequired(mount: MountOptions, required: boolean): void {
  if (mount.type !== 'secret' && mount.type !== 'ssh') {
    throw invalidArgument(`unexpected key 'required' for mount type '${mount.type}'`);
  }
  mount.required = required;
}

function applyOption(mount: MountOptions, key: string, value: string, field: string): void {
  switch (key) {
    case 'type':
      mount.type = oneOf(
        TYPES,
        value,
        () => `unsupported mount type ${JSON.stringify(value)}${didYouMean(value, TYPES)}`,
      );
      return;
    case 'from':
    case 'id':
    case 'env':
      mount[key] = value;
      return;
    case 'source':
    case 'src':
      mount.source = value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      mount.target = value;
      return;
    case 'sharing':
      mount.sharing = oneOf(SHARING, value, () => {
        return `unsupported sharing value ${JSON.stringify(value)}${didYouMean(value, SHARING)}`;
      });
      return;
    default:
      applyNumberOrSwitch(mount, key, value, field);
  }
}

function applyNumberOrSwitch(mount: MountOptions, key: string, value: string, field: string): void {
  const checked = <T>(text: string, parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      throw invalidArgument(text, error);
    }
  };
  const invalidValue = `invalid value for ${key}: ${value}`;
  switch (key) {
    case 'readonly':
    case 'ro':
      mount.readOnly = checked(invalidValue, () => parseBool(value));
      return;
    case 'readwrite':
    case 'rw':
      mount.readOnly = !checked(invalidValue, () => parseBool(value));
      return;
    case 'required':
      setRequired(
        mount,
        checked(invalidValue, () => parseBool(value)),
      );
      return;
    case 'size':
      if (mount.type !== 'tmpfs') throw invalidArgument(`unexpected key '${key}' for mount type '${mount.type}'`);
      mount.sizeBytes = checked(invalidValue, () => parseByteSize(value));
      return;
    case 'mode':
      mount.mode = checked(`invalid value ${value} for mode`, () => parseOctal(value));
      return;
    case 'uid':
    case 'gid':
      mount[key] = checked(`invalid value ${value} for ${key}`, () => parseUnsigned(value, 32));
      return;
    default:
      throw invalidArgument(`unexpected key '${key}' in '${field}'${didYouMean(key, KEYS)}`);
  }
}

function parseOctal(text: string): number {
  if (!/^[0-7]{1,11}$/.test(text)) throw new Error('not octal');
  return Number.parseInt(text, 8);
}

function oneOf<T extends string>(allowed: readonly T[], value: string, message: () => string): T {
  const found = allowed.find((candidate) => candidate === value.toLowerCase());
  if (found === undefined) throw invalidArgument(message());
  return found;
}

function checkTogether(mount: MountOptions): void {
  const { type } = mount;
  const hasOwner = type === 'secret' || type === 'ssh' || type === 'cache';
  for (const key of ['mode', 'uid', 'gid'] as const) {
    if (mount[key] !== undefined && !hasOwner) {
      throw invalidArgument(`${key} not allowed for ${JSON.stringify(type)} type mounts`);
    }
  }
  if (mount.env !== undefined && type !== 'secret') {
    throw invalidArgument(`unexpected key 'env' for mount type '${type}'`);
  }
  if (mount.sharing !== undefined && type !== 'cache') {
    throw invalidArgument(`invalid cache sharing set for ${type} mount`);
  }
  if (type !== 'secret') return;
  if (mount.from) throw invalidArgument('secret mount should not have a from');
  if (!mount.source && !mount.target && !mount.id && !mount.env) {
    throw invalidArgument('invalid secret mount. one of source, target required');
  }
  if (mount.source && mount.id) throw invalidArgument("both source and id can't be set");
}
