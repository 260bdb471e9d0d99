import type { HostConfig } from '../../api-types/host-config.ts';
import { EngineError, invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { NetworkNamespace } from '../../runtime/spec/namespaces.ts';
import type { ContainersContext } from '../context.ts';
import { type ContainerRecord, isRunning } from '../record.ts';

const CONTAINER = 'container:';

/** `container:web` is `web`; undefined for the other modes of a namespace. */
export function donorReference(mode: string): string | undefined {
  return mode.startsWith(CONTAINER) ? mode.slice(CONTAINER.length) : undefined;
}

/**
 * The container whose network this one is in: itself, but for the mode `container:`; a donor that has joined another
 * one is followed to the end.
 * @throws not_found, conflict when the donor does not run.
 */
export function networkOwner({ store }: ContainersContext, record: ContainerRecord): ContainerRecord {
  let owner = record;
  for (;;) {
    const reference = donorReference(owner.hostConfig.NetworkMode);
    if (reference === undefined) return owner;
    owner = store.resolve(reference);
    if (owner.id === record.id) throw new EngineError('conflict', 'cannot join own network');
    if (!isRunning(owner)) {
      throw new EngineError('conflict', `cannot join network of a non running container: ${owner.id}`);
    }
  }
}

/** The network namespace of a running container that has one of its own, or the host's. */
export function namespaceOf({ config, sandbox, hostConfig, state }: ContainerRecord): NetworkNamespace {
  // Its runtime has made one that nothing else keeps.
  if (config.NetworkDisabled === true) return { kind: 'process', pid: state.pid };
  if (hostConfig.NetworkMode === 'host' || sandbox === null) return { kind: 'host' };
  return { kind: 'path', path: sandbox.key };
}

/** @throws not_found, conflict with Docker's texts when the donor does not run or does not share. */
export function donorOf(context: ContainersContext, kind: 'PID' | 'IPC', reference: string): ContainerRecord {
  const donor = context.store.resolve(reference);
  // Docker answers with another status for each.
  if (!isRunning(donor)) {
    throw notJoined(kind, kind === 'PID' ? 'internal' : 'conflict', `container ${donor.id} is not running`);
  }
  if (donor.state.status === 'restarting') {
    throw notJoined(kind, 'conflict', `container ${donor.id} is restarting, wait until the container is running`);
  }
  if (kind === 'IPC' && donor.hostConfig.IpcMode !== 'shareable' && donor.hostConfig.IpcMode !== 'host') {
    const hint = 'non-shareable IPC (hint: use IpcMode:shareable for the donor container)';
    throw notJoined(kind, 'invalid_argument', `container ${donor.id}: ${hint}`);
  }
  return donor;
}

function notJoined(kind: string, error: 'conflict' | 'internal' | 'invalid_argument', reason: string): EngineError {
  return new EngineError(error, `failed to join ${kind} namespace: ${reason}`);
}

/**
 * The modes of a container that is being created, with IDs in place of names. A network's donor may be made later.
 * @throws invalid_argument for the others when there is no such container.
 */
export function resolveDonors(context: ContainersContext, host: HostConfig): HostConfig {
  const pid = donorReference(host.PidMode);
  const ipc = donorReference(host.IpcMode);
  const network = donorReference(host.NetworkMode);
  return {
    ...host,
    ...(pid === undefined ? {} : { PidMode: `${CONTAINER}${existing(context, pid)}` }),
    ...(ipc === undefined ? {} : { IpcMode: `${CONTAINER}${existing(context, ipc)}` }),
    ...(network === undefined ? {} : { NetworkMode: `${CONTAINER}${idOf(context, network) ?? network}` }),
  };
}

function existing(context: ContainersContext, reference: string): string {
  const id = idOf(context, reference);
  if (id === undefined) throw invalidArgument(`No such container: ${reference}`);
  return id;
}

function idOf({ store }: ContainersContext, reference: string): string | undefined {
  try {
    return store.resolve(reference).id;
  } catch (error) {
    if (isEngineError(error, 'not_found')) return undefined;
    throw error;
  }
}
