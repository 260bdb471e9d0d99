import { resolve } from 'node:path';
import { parseByteSize } from '../../../lib/byte-size.ts';
import { parseCsvRecord } from '../../../lib/csv-record.ts';
import { parseBool } from '../../../lib/go-numbers.ts';

/** A mount as the API takes it; absent fields are absent on the wire. */
export interface MountRequest {
  Type?: string;
  Source?: string;
  Target?: string;
  ReadOnly?: boolean;
  Consistency?: string;
  BindOptions?: {
    Propagation?: string;
    NonRecursive?: boolean;
    CreateMountpoint?: boolean;
    ReadOnlyNonRecursive?: boolean;
    ReadOnlyForceRecursive?: boolean;
  };
  VolumeOptions?: {
    NoCopy?: boolean;
    Labels?: Record<string, string>;
    Subpath?: string;
    /** Sent whenever there are options of a volume, if only as an empty object. */
    DriverConfig: { Name?: string; Options?: Record<string, string> };
  };
  ImageOptions?: { Subpath?: string };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

/** `--mount type=bind,source=…,target=…,readonly`. */
export function parseMount(text: string): MountRequest {
  const mount: MountRequest = {};
  let type = 'volume';
  for (const field of parseCsvRecord(text)) {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? undefined : field.slice(equals + 1);
    if (value === undefined && !SWITCHES.has(key)) throw new Error(`invalid field '${field}' must be a key=value pair`);
    if (key === 'type') type = (value ?? '').toLowerCase();
    else applyField(mount, key, value ?? 'true', field);
  }
  refuseForeignOptions(mount, type);
  if (mount.Target === undefined || mount.Target === '') throw new Error('target is required');
  checkRecursion(mount);
  return { Type: type, ...mount };
}

function checkRecursion({ BindOptions: bind, ReadOnly: readonly = false }: MountRequest): void {
  const refuse = (word: string, needs: string) =>
    new Error(`option 'bind-recursive=${word}' requires '${needs}' to be specified in conjunction`);
  if (bind?.ReadOnlyNonRecursive === true && !readonly) throw refuse('writable', 'readonly');
  if (bind?.ReadOnlyForceRecursive !== true) return;
  if (!readonly) throw refuse('readonly', 'readonly');
  if (bind.Propagation !== 'rprivate') throw refuse('readonly', 'bind-propagation=rprivate');
}

const SWITCHES = new Set(['readonly', 'ro', 'volume-nocopy', 'bind-nonrecursive', 'bind-create-src']);

/** The mount's field by its key; nested options are made at their first use. */
function applyField(mount: MountRequest, key: string, value: string, field: string): void {
  switch (key) {
    case 'source':
    case 'src':
      mount.Source = value.startsWith('.') ? resolve(value) : value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      mount.Target = value;
      return;
    case 'readonly':
    case 'ro':
      mount.ReadOnly = boolean(key, value);
      return;
    case 'consistency':
      mount.Consistency = value.toLowerCase();
      return;
    case 'image-subpath':
      mount.ImageOptions = { Subpath: value };
      return;
    case 'tmpfs-size':
      mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: checked(key, value, parseByteSize) };
      return;
    case 'tmpfs-mode':
      mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: checked(key, value, parseOctal) };
      return;
    default:
      if (key.startsWith('bind-')) mount.BindOptions = bindOptions(mount.BindOptions, key, value, field);
      else if (key.startsWith('volume-')) mount.VolumeOptions = volumeOptions(mount.VolumeOptions, key, value, field);
      else throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

type BindOptions = NonNullable<MountRequest['BindOptions']>;
type VolumeOptions = NonNullable<MountRequest['VolumeOptions']>;

function bindOptions(options: BindOptions | undefined, key: string, value: string, field: string): BindOptions {
  switch (key) {
    case 'bind-propagation':
      return { ...options, Propagation: value.toLowerCase() };
    case 'bind-nonrecursive':
      return { ...options, NonRecursive: boolean(key, value) };
    case 'bind-create-src':
      return { ...options, CreateMountpoint: boolean(key, value) };
    case 'bind-recursive':
      return { ...options, ...recursion(value) };
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

function recursion(value: string): BindOptions {
  switch (value) {
    case 'enabled':
      return {};
    case 'disabled':
      return { NonRecursive: true };
    case 'writable':
      return { ReadOnlyNonRecursive: true };
    case 'readonly':
      return { ReadOnlyForceRecursive: true };
    default:
      throw new Error(
        `invalid value for bind-recursive: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
      );
  }
}

function volumeOptions(options: VolumeOptions | undefined, key: string, value: string, field: string): VolumeOptions {
  const [name, text] = cut(value);
  const driver = options?.DriverConfig ?? {};
  const base = { ...options, DriverConfig: driver };
  switch (key) {
    case 'volume-nocopy':
      return { ...base, NoCopy: boolean(key, value) };
    case 'volume-subpath':
      return { ...base, Subpath: value };
    case 'volume-label':
      return { ...base, Labels: { ...options?.Labels, [name]: text } };
    case 'volume-driver':
      return { ...base, DriverConfig: { ...driver, Name: value } };
    case 'volume-opt':
      return { ...base, DriverConfig: { ...driver, Options: { ...driver.Options, [name]: text } } };
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

function refuseForeignOptions(mount: MountRequest, type: string): void {
  const owners = [
    ['volume', 'VolumeOptions'],
    ['image', 'ImageOptions'],
    ['bind', 'BindOptions'],
    ['tmpfs', 'TmpfsOptions'],
  ] as const;
  for (const [owner, field] of owners) {
    if (mount[field] !== undefined && type !== owner) {
      throw new Error(`cannot mix '${owner}-*' options with mount type '${type}'`);
    }
  }
}

function cut(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

function boolean(key: string, value: string): boolean {
  return checked(key, value, parseBool);
}

function checked<T>(key: string, value: string, parse: (text: string) => T): T {
  try {
    return parse(value);
  } catch (error) {
    throw new Error(`invalid value for ${key}: ${value}`, { cause: error });
  }
}

function parseOctal(text: string): number {
  if (!/^[0-7]+$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number.parseInt(text, 8);
}
