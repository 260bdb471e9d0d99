import type { OciMount } from '../oci-spec.ts';
import { tmpfsMount } from './tmpfs.ts';
import { overriding } from './user-mounts.ts';

export interface Bind {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly destination: string;
  readonly readonly: boolean;
}

export interface MountOptions {
  readonly privileged: boolean;
  readonly readonlyRootfs: boolean;
  readonly sharedMemory: SharedMemory;
  /** Mounted after the kernel's file systems, in this order. */
  readonly binds: readonly Bind[];
  /** Options of file systems in memory, by their places; they stay writable in a read-only container. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** What the user wants mounted, in any order; it takes the place of what would be there. */
  readonly userMounts?: readonly OciMount[];
}

/** What is at /dev/shm: a file system of this size, the host's own, a mounted one to share, or nothing. */
export type SharedMemory =
  | { readonly sizeBytes: number }
  | 'host'
  | 'none'
  /** Mounted on the host, absolute. */
  | { readonly path: string };

/** The mounts that every container has, and its binds, with the options that Docker gives them. */
export function containerMounts(options: MountOptions): OciMount[] {
  const { privileged, readonlyRootfs } = options;
  const readonlyUnlessPrivileged = privileged ? [] : ['ro'];
  const own: OciMount[] = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    {
      destination: '/sys',
      type: 'sysfs',
      source: 'sysfs',
      options: ['nosuid', 'noexec', 'nodev', ...readonlyUnlessPrivileged],
    },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [...readonlyUnlessPrivileged, 'nosuid', 'noexec', 'nodev'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    ...sharedMemory(options.sharedMemory),
  ];
  const binds = options.binds.map((bind) => ({
    destination: bind.destination,
    type: 'bind',
    source: bind.source,
    options: ['rbind', ...(bind.readonly || readonlyRootfs ? ['ro'] : []), 'rprivate'],
  }));
  const tmpfs = Object.entries(options.tmpfs ?? {}).map(([destination, text]) => tmpfsMount(destination, text));
  return overriding([...own, ...binds], [...tmpfs, ...(options.userMounts ?? [])]);
}

function sharedMemory(shared: SharedMemory): OciMount[] {
  if (shared === 'none') return [];
  const destination = '/dev/shm';
  if (shared !== 'host' && 'sizeBytes' in shared) {
    const options = ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${shared.sizeBytes}`];
    return [{ destination, type: 'tmpfs', source: 'shm', options }];
  }
  if (shared === 'host') return [{ destination, type: 'bind', source: destination, options: ['rbind', 'rprivate'] }];
  const options = ['rbind', 'nosuid', 'noexec', 'nodev', 'rprivate'];
  return [{ destination, type: 'bind', source: shared.path, options }];
}
