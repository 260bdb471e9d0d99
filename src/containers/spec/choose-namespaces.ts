import type { HostConfig } from '../../api-types/host-config.ts';
import type { SharedMemory } from '../../runtime/spec/mounts.ts';
import type { NamespaceChoice, NamespaceOptions, NetworkNamespace } from '../../runtime/spec/namespaces.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { donorOf, donorReference } from './joined-containers.ts';

export interface ChosenNamespaces {
  readonly namespaces: NamespaceOptions;
  readonly sharedMemory: SharedMemory;
}

/**
 * Which namespaces a container gets of its own, shares with the host, or with another container.
 * @throws not_found, conflict, invalid_argument for a donor that cannot be joined.
 */
export function chooseNamespaces(
  context: ContainersContext,
  { id, hostConfig: host }: ContainerRecord,
  network: NetworkNamespace,
): ChosenNamespaces {
  const { ipc, sharedMemory } = interProcess(context, id, host);
  return {
    namespaces: {
      network,
      uts: host.UTSMode === 'host' ? 'host' : 'private',
      pid: processes(context, host),
      ipc,
      cgroup: host.CgroupnsMode === 'host' ? 'host' : 'private',
    },
    sharedMemory,
  };
}

function processes(context: ContainersContext, { PidMode: mode }: HostConfig): NamespaceChoice {
  const reference = donorReference(mode);
  if (reference === undefined) return mode === 'host' ? 'host' : 'private';
  return { ofProcess: donorOf(context, 'PID', reference).state.pid };
}

/** System V's objects and message queues, and with them the files at /dev/shm. */
function interProcess(
  context: ContainersContext,
  id: ContainerRecord['id'],
  host: HostConfig,
): { readonly ipc: NamespaceChoice; readonly sharedMemory: SharedMemory } {
  const reference = donorReference(host.IpcMode);
  if (reference !== undefined) {
    const donor = donorOf(context, 'IPC', reference);
    if (donor.hostConfig.IpcMode === 'host') return { ipc: 'host', sharedMemory: 'host' };
    return {
      ipc: { ofProcess: donor.state.pid },
      sharedMemory: { path: context.runtime.sharedMemoryOf(donor.id) },
    };
  }
  if (host.IpcMode === 'host') return { ipc: 'host', sharedMemory: 'host' };
  if (host.IpcMode === 'none') return { ipc: 'private', sharedMemory: 'none' };
  if (host.IpcMode === 'shareable') {
    return { ipc: 'private', sharedMemory: { path: context.runtime.sharedMemoryOf(id) } };
  }
  return { ipc: 'private', sharedMemory: { sizeBytes: host.ShmSize } };
}
