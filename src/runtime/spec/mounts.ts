import type { OciMount } from '../oci-spec.ts';

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
  readonly hostIpc: boolean;
  readonly shmSizeBytes: number;
  /** Mounted after the kernel's file systems, in this order. */
  readonly binds: readonly Bind[];
}

/** The mounts that every container has, and its binds, with the options that Docker gives them. */
export function containerMounts(options: MountOptions): OciMount[] {
  const { privileged, readonlyRootfs } = options;
  const readonlyUnlessPrivileged = privileged ? [] : ['ro'];
  return [
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
    sharedMemory(options),
    ...options.binds.map((bind) => ({
      destination: bind.destination,
      type: 'bind',
      source: bind.source,
      options: ['rbind', ...(bind.readonly || readonlyRootfs ? ['ro'] : []), 'rprivate'],
    })),
  ];
}

function sharedMemory({ hostIpc, shmSizeBytes }: MountOptions): OciMount {
  if (hostIpc) return { destination: '/dev/shm', type: 'bind', source: '/dev/shm', options: ['rbind', 'rprivate'] };
  return {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${shmSizeBytes}`],
  };
}
