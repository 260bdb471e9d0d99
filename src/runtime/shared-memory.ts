import { mkdir } from 'node:fs/promises';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { MNT_DETACH, MS } from '../sys/syscalls.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Mounts the /dev/shm that a container shares with others on the host. It lies in the bundle, which goes with it. */
export async function mountSharedMemory(context: RuntimeContext, id: ContainerId, sizeBytes: number): Promise<void> {
  const target = context.paths.container(id).sharedMemory;
  await mkdir(target, { mode: 0o700 });
  await context.syscalls.mount({
    source: 'shm',
    target,
    fsType: 'tmpfs',
    flags: MS.NOSUID | MS.NODEV | MS.NOEXEC,
    data: `mode=1777,size=${sizeBytes}`,
  });
}

/** Idempotent. Containers that have joined keep what they see. */
export async function unmountSharedMemory(context: RuntimeContext, id: ContainerId): Promise<void> {
  try {
    await context.syscalls.unmount(context.paths.container(id).sharedMemory, MNT_DETACH);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'EINVAL')) throw error;
  }
}
