import { cannotCreateVolume } from '../errors/volumes.ts';
import { MS } from '../sys/syscalls.ts';

type Options = Readonly<Record<string, string>>;

const KNOWN: ReadonlySet<string> = new Set(['type', 'o', 'device', 'size']);
/** In the order in which Docker misses them. */
const REQUIRED = ['device', 'type'] as const;

/**
 * What the `local` driver takes: `type`, `device` and `o` as mount(8) has them. Whether it can be mounted shows only
 * when the volume is used, as with Docker. @throws invalid_argument with Docker's texts.
 */
export function checkLocalOptions(name: string, options: Options): void {
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) throw cannotCreateVolume(name, `invalid option: ${JSON.stringify(key)}`);
  }
  if (Object.hasOwn(options, 'size')) throw cannotCreateVolume(name, 'quota size requested but no quota support');
  if (Object.keys(options).length === 0) return;
  for (const key of REQUIRED) {
    if (!Object.hasOwn(options, key)) {
      throw cannotCreateVolume(name, `missing required option: ${JSON.stringify(key)}`);
    }
  }
}

/** How a volume with options is mounted. */
export interface LocalMount {
  readonly device: string;
  readonly fsType: string;
  readonly flags: number;
  /** Set by a second call once it is mounted: mount(2) takes them with no others. */
  readonly propagation: number;
  readonly data: string;
}

/** Each flag of mount(8) with its bit, and whether it sets or clears it. */
const FLAGS: ReadonlyMap<string, readonly [bit: number, sets: boolean]> = new Map([
  ['defaults', [0, true]],
  ['ro', [MS.RDONLY, true]],
  ['rw', [MS.RDONLY, false]],
  ['nosuid', [MS.NOSUID, true]],
  ['suid', [MS.NOSUID, false]],
  ['nodev', [MS.NODEV, true]],
  ['dev', [MS.NODEV, false]],
  ['noexec', [MS.NOEXEC, true]],
  ['exec', [MS.NOEXEC, false]],
  ['sync', [MS.SYNCHRONOUS, true]],
  ['async', [MS.SYNCHRONOUS, false]],
  ['dirsync', [MS.DIRSYNC, true]],
  ['noatime', [MS.NOATIME, true]],
  ['atime', [MS.NOATIME, false]],
  ['nodiratime', [MS.NODIRATIME, true]],
  ['diratime', [MS.NODIRATIME, false]],
  ['relatime', [MS.RELATIME, true]],
  ['norelatime', [MS.RELATIME, false]],
  ['strictatime', [MS.STRICTATIME, true]],
  ['nostrictatime', [MS.STRICTATIME, false]],
  ['bind', [MS.BIND, true]],
  ['rbind', [MS.BIND | MS.REC, true]],
]);
const PROPAGATIONS: ReadonlyMap<string, number> = new Map([
  ['private', MS.PRIVATE],
  ['rprivate', MS.PRIVATE | MS.REC],
  ['shared', MS.SHARED],
  ['rshared', MS.SHARED | MS.REC],
  ['slave', MS.SLAVE],
  ['rslave', MS.SLAVE | MS.REC],
]);

/** `o`'s words that mount(2) knows become flags; all others are the file system's. */
export function localMountOf(options: Options): LocalMount {
  let [flags, propagation] = [0, 0];
  const data: string[] = [];
  for (const word of flagsOf(options['o'] ?? '')) {
    const flag = FLAGS.get(word);
    if (flag !== undefined) flags = flag[1] ? flags | flag[0] : flags & ~flag[0];
    else if (PROPAGATIONS.has(word)) propagation |= PROPAGATIONS.get(word) ?? 0;
    else data.push(word);
  }
  return {
    device: options['device'] ?? '',
    fsType: options['type'] ?? '',
    flags,
    propagation,
    data: data.join(','),
  };
}

function flagsOf(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}
