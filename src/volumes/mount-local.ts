import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors/engine-error.ts';
import { volumeMountFailed } from '../errors/volumes.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { SyscallError } from '../sys/syscall-error.ts';
import { type MountRequest, MS, type Syscalls, UMOUNT_NOFOLLOW } from '../sys/syscalls.ts';
import { type LocalMount, localMountOf } from './local-options.ts';
import { lookupAddress } from './lookup-address.ts';

/**
 * A disk that was mounted another way just now is busy for as long as a container that starts meanwhile has the host's
 * mounts, and for as long as the kernel takes to write.
 */
const BUSY_LIMIT_MS = 3000;
const BUSY_PAUSE_MS = 25;
const NETWORK_TYPES: ReadonlySet<string> = new Set(['nfs', 'nfs4', 'cifs']);

/**
 * Mounts what a volume's options say at `path`. @throws internal with Docker's text, and nothing is mounted then.
 */
export async function mountLocal(
  syscalls: Syscalls,
  path: string,
  options: Readonly<Record<string, string>>,
): Promise<void> {
  const asked = localMountOf(options);
  const mount = NETWORK_TYPES.has(asked.fsType) ? await withAddress(path, asked) : asked;
  try {
    await mountUnlessBusy(syscalls, {
      source: mount.device,
      target: path,
      // A bind has no type; `none` is what people write for it.
      ...((mount.flags & MS.BIND) === 0 ? { fsType: mount.fsType } : {}),
      flags: mount.flags,
      ...(mount.data === '' ? {} : { data: mount.data }),
    });
  } catch (error) {
    throw volumeMountFailed(path, textOf(path, mount, error), error);
  }
  try {
    await refine(syscalls, path, mount);
  } catch (error) {
    await syscalls.unmount(path, UMOUNT_NOFOLLOW);
    throw volumeMountFailed(path, textOf(path, mount, error), error);
  }
}

async function mountUnlessBusy(syscalls: Syscalls, request: MountRequest): Promise<void> {
  for (const end = performance.now() + BUSY_LIMIT_MS; ; await delay(BUSY_PAUSE_MS)) {
    try {
      return await syscalls.mount(request);
    } catch (error) {
      if (!hasErrorCode(error, 'EBUSY') || performance.now() > end) throw error;
    }
  }
}

/** The kernel ignores a bind's other flags unless it is mounted again, and takes a propagation alone. */
async function refine(syscalls: Syscalls, path: string, { flags, propagation }: LocalMount): Promise<void> {
  if ((flags & MS.BIND) !== 0 && (flags & ~(MS.BIND | MS.REC)) !== 0) {
    await syscalls.mount({ source: 'none', target: path, flags: flags | MS.REMOUNT });
  }
  if (propagation !== 0) await syscalls.mount({ source: 'none', target: path, flags: propagation });
}

/** The kernel knows addresses only: mount.nfs and mount.cifs look names up. */
async function withAddress(path: string, mount: LocalMount): Promise<LocalMount> {
  const [, name] = /(?:^|,)addr=([^,]+)/.exec(mount.data) ?? [];
  if (name === undefined) return mount;
  try {
    return { ...mount, data: mount.data.replace(`addr=${name}`, `addr=${await lookupAddress(name)}`) };
  } catch (error) {
    throw volumeMountFailed(path, `error resolving passed in network volume address: ${messageOf(error)}`, error);
  }
}

function textOf(path: string, { device, flags, data }: LocalMount, error: unknown): string {
  const reason = error instanceof SyscallError ? error.reason : messageOf(error);
  const given = [
    `mount ${device === '' ? '' : `${device}:`}${path}`,
    ...(flags === 0 ? [] : [`flags: 0x${flags.toString(16)}`]),
    ...(data === '' ? [] : [`data: ${data}`]),
  ];
  return `failed to mount local volume: ${given.join(', ')}: ${reason}`;
}
