import { openMountNamespace } from '../sys/mounts/mount-namespace.ts';
import { descriptorPath } from '../sys/paths/descriptor-path.ts';

/** The mount namespace of a container's first process, for another process to enter, until it is closed. */
export interface HeldNamespace {
  readonly path: string;
  close(): Promise<void>;
}

/** Undefined when the process has ended. */
export async function holdMountNamespace(pid: number, id: string): Promise<HeldNamespace | undefined> {
  const handle = await openMountNamespace(pid, id);
  return handle === undefined ? undefined : { path: descriptorPath(handle.fd), close: () => handle.close() };
}
