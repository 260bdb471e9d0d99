import type { NetworkCreateBody } from '../../../api-types/network.ts';
import { EngineError, internalError, invalidArgument } from '../../../errors/engine-error.ts';
import type { NetworkBackend, NetworkedContainer, NetworkRecord } from './backend.ts';
import { isPredefined } from './filter-networks.ts';

const DRIVERS: ReadonlySet<string> = new Set(['', 'bridge', 'host', 'null']);

function forbidden(message: string): EngineError {
  return new EngineError('forbidden', message);
}

/** Says why a network cannot be created: this engine has the predefined networks only. */
export function refuseCreate({ Name, Driver }: NetworkCreateBody): EngineError {
  if (Name.trim() === '') return invalidArgument(`invalid name: ${Name}`);
  // The space at the end is Docker's.
  if (isPredefined(Name) || Name === 'default') {
    return forbidden(`operation is not permitted on predefined ${Name} network `);
  }
  if (Driver === 'host' || Driver === 'null') {
    return forbidden(`only one instance of "${Driver}" network is allowed`);
  }
  if (!DRIVERS.has(Driver)) return new EngineError('not_found', `plugin "${Driver}" not found`);
  return new EngineError('not_implemented', 'this version of Skiff has the networks bridge, host and none only');
}

export function refuseRemove({ name }: NetworkRecord): EngineError {
  return forbidden(`${name} is a pre-defined network and cannot be removed`);
}

/** @throws with Docker's texts when the container may not enter this network; it stays where it is in any case. */
export function connectContainer(network: NetworkRecord, container: NetworkedContainer): void {
  if (container.network === network.name) {
    if (!container.running) return;
    throw forbidden(`endpoint with name ${container.name} already exists in network ${network.name}`);
  }
  if (container.network === 'host') {
    throw invalidArgument(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  }
  if (network.name === 'host') throw hostIsApart();
  throw invalidArgument(
    'container cannot be connected to multiple networks with one of the networks in private (none) mode',
  );
}

/** Says why a container cannot leave this network: its only one is part of it for life. */
export function refuseDisconnect(network: NetworkRecord, container: NetworkedContainer): EngineError {
  if (container.network !== network.name) {
    const which = container.running ? 'network' : 'the network';
    return internalError(`container ${container.id} is not connected to ${which} ${network.name}`);
  }
  if (network.name === 'host') return hostIsApart();
  return new EngineError(
    'not_implemented',
    `this version of Skiff cannot disconnect a container from the network ${network.name} that it was created for`,
  );
}

function hostIsApart(): EngineError {
  return invalidArgument('container cannot be disconnected from host network or connected to host network');
}

/** @throws invalid_argument for no name; not_found. */
export function containerNamed(backend: NetworkBackend, reference: string): NetworkedContainer {
  if (reference === '') throw invalidArgument('invalid name or ID supplied: ""');
  return backend.containers.find(reference);
}
