import type { NetworkCreateBody } from '../../../api-types/network.ts';
import { EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import type { CreateNetworkRequest } from './backend.ts';
import { isPredefined } from './filter-networks.ts';

const DRIVERS = ['bridge', 'macvlan'] as const;
type Driver = (typeof DRIVERS)[number];

function forbidden(message: string): EngineError {
  return new EngineError('forbidden', message);
}

/** What is to be made. @throws with Docker's texts for what cannot be made by anybody. */
export function createRequest(body: NetworkCreateBody): CreateNetworkRequest {
  const { Name: name, IPAM: ipam } = body;
  if (name.trim() === '') throw invalidArgument(`invalid name: ${name}`);
  refuseKinds(body);
  return {
    name,
    driver: driverOf(body.Driver),
    enableIpv4: body.EnableIPv4 ?? true,
    enableIpv6: body.EnableIPv6 ?? false,
    internal: body.Internal,
    attachable: body.Attachable,
    ipam: {
      options: ipam?.Options ?? null,
      config: (ipam?.Config ?? []).map(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
        subnet: Subnet,
        ipRange: IPRange,
        gateway: Gateway,
        auxAddresses: AuxiliaryAddresses ?? {},
      })),
    },
    options: body.Options ?? {},
    labels: body.Labels ?? {},
  };
}

function refuseKinds({ Name, Driver, Scope, Ingress, ConfigOnly, ConfigFrom, IPAM }: NetworkCreateBody): void {
  // The space at the end is Docker's.
  if (isPredefined(Name) || Name === 'default') {
    throw forbidden(`operation is not permitted on predefined ${Name} network `);
  }
  if (Driver === 'host' || Driver === 'null') throw forbidden(`only one instance of "${Driver}" network is allowed`);
  if (Ingress) throw forbidden('Ingress network can only be global scope network');
  if (Scope === 'swarm') throw forbidden('cannot create a swarm scoped network when swarm is not active');
  if (Driver === 'overlay') {
    throw forbidden(
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    );
  }
  if (ConfigOnly)
    throw new EngineError('not_implemented', 'configuration-only networks are for swarms, which Skiff has not');
  const from = ConfigFrom?.Network ?? '';
  if (from !== '') throw new EngineError('not_found', `configuration network "${from}" does not exist`);
  const ipamDriver = IPAM?.Driver ?? '';
  if (ipamDriver !== '' && ipamDriver !== 'default') throw pluginNotFound(ipamDriver);
}

function driverOf(name: string): Driver {
  const driver = DRIVERS.find((one) => one === (name || 'bridge'));
  if (driver === undefined) throw pluginNotFound(name);
  return driver;
}

function pluginNotFound(name: string): EngineError {
  return new EngineError('not_found', `plugin "${name}" not found`);
}
