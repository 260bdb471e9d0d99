import { invalidArgument } from '../../errors/engine-error.ts';

/** What a container has without being asked, in Docker's order. */
const DEFAULT = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
] as const;

/** All of them, by number: linux/capability.h. */
const ALL: readonly string[] = [
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE',
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN',
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE',
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE',
].flatMap((line) => line.split(' ').map((name) => `CAP_${name}`));

export interface CapabilityOptions {
  readonly privileged: boolean;
  /** With or without `CAP_`, in any case; `ALL` stands for all. */
  readonly add: readonly string[];
  readonly drop: readonly string[];
  /** The daemon's own, which a container cannot exceed; see `ownCapabilities` in sys/. */
  readonly available: ReadonlySet<string>;
}

/**
 * A container's capabilities.
 * @throws invalid_argument for an unknown name.
 */
export function containerCapabilities(options: CapabilityOptions): string[] {
  const all = ALL.filter((name) => options.available.has(name));
  if (options.privileged) return all;
  const add = normalise(options.add, 'CapAdd');
  const drop = normalise(options.drop, 'CapDrop');
  if (add.includes('ALL')) return all.filter((name) => !drop.includes(name));
  const kept = drop.includes('ALL') ? [] : DEFAULT.filter((name) => !drop.includes(name));
  return [...kept, ...add.filter((name) => !(kept as readonly string[]).includes(name))];
}

function normalise(names: readonly string[], option: string): string[] {
  return names.map((given) => {
    const upper = given.toUpperCase();
    if (upper === 'ALL') return upper;
    const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (!ALL.includes(name)) throw invalidArgument(`invalid ${option}: unknown capability: ${JSON.stringify(name)}`);
    return name;
  });
}

/** The names of the bits of a mask as /proc/<pid>/status has it. */
export function capabilitiesOfMask(mask: bigint): Set<string> {
  return new Set(ALL.filter((_, bit) => (mask >> BigInt(bit)) & 1n));
}
