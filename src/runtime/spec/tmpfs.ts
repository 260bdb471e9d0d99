import { internalError } from '../../errors/engine-error.ts';
import type { OciMount } from '../oci-spec.ts';

/** Each flag of mount(8) with the one that takes it back. */
const OPPOSITES: readonly (readonly [string, string])[] = [
  ['ro', 'rw'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
  ['noexec', 'exec'],
  ['sync', 'async'],
  ['dirsync', ''],
  ['remount', ''],
  ['mand', 'nomand'],
  ['noatime', 'atime'],
  ['nodiratime', 'diratime'],
  ['relatime', 'norelatime'],
  ['strictatime', 'nostrictatime'],
  ['bind', ''],
  ['rbind', ''],
  ['unbindable', ''],
  ['runbindable', ''],
  ['private', ''],
  ['rprivate', ''],
  ['shared', ''],
  ['rshared', ''],
  ['slave', ''],
  ['rslave', ''],
];
/** Every flag, by itself and by its opposite. */
const FLAGS = new Map(OPPOSITES.flatMap(([flag, opposite]) => [flag, opposite].map((name) => [name, flag] as const)));
const VALUES = new Set(['mode', 'uid', 'gid', 'size', 'nr_inodes', 'nr_blocks', 'mpol']);

/** As `--tmpfs` has it without options: nothing on it can be run, and nothing of it is seen elsewhere. */
const DEFAULTS = ['noexec', 'nosuid', 'nodev', 'rprivate'];

/**
 * A file system in memory; `options` are separated by commas, and the last word on each flag or value counts.
 * @throws internal for an unknown option, with Docker's texts.
 */
export function tmpfsMount(destination: string, options: string): OciMount {
  const given = options === '' ? [] : options.split(',');
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const option of [...DEFAULTS, ...given].toReversed()) {
    const key = FLAGS.get(option) ?? valueNameOf(option);
    if (seen.has(key)) continue;
    seen.add(key);
    if (option !== 'defaults') kept.unshift(option);
  }
  return { destination, type: 'tmpfs', source: 'tmpfs', options: kept };
}

function valueNameOf(option: string): string {
  if (option === 'defaults') return option;
  const [name = '', value] = option.split('=', 2);
  if (!VALUES.has(name)) throw internalError(`invalid tmpfs option ${JSON.stringify(name)}`);
  if (value === undefined || value === '') throw internalError(`invalid tmpfs option ${JSON.stringify(option)}`);
  return name;
}
