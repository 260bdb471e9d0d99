import type { NetworkCreateBody } from '../../../api-types/network.ts';
import { EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import type { CreateNetworkRequest } from './backend.ts';
import { isPredefined } from './filter-networks.ts';

const DRIVERS = ['bridge', 'macvlan'] as const;
type Driver = CreateNetworkRequest['driver'];

function forbidden(message: string): EngineError {
  return new EngineError('forbidden', message);
}

/** What is to be made. @throws with Docker's texts for what cannot be made by anybody. */
export function createRequest(body: NetworkCreateBody): CreateNetworkRequest {
  const { Name: name, IPAM: ipam } = body;
  if (name.trim() === '') throw invalidArgument(`invalid name: ${name}`);
  refuseKinds(body);
  const configFrom = configFromOf(body);
  return {
    name,
    driver: driverOf(body),
    ...(body.ConfigOnly ? { configOnly: true } : {}),
    ...(configFrom === undefined ? {} : { configFrom }),
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

function refuseKinds(body: NetworkCreateBody): void {
  const { Name, Driver, Scope, Ingress, ConfigOnly, IPAM } = body;
  // The space at the end is Docker's.
  if (isPredefined(Name) || Name === 'default') {
    throw forbidden(`operation is not permitted on predefined ${Name} network `);
  }
  if (Driver === 'overlay') {
    throw forbidden(
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    );
  }
  refuseConfiguration(body);
  if (ConfigOnly) return;
  if (Driver === 'host' || Driver === 'null') throw forbidden(`only one instance of "${Driver}" network is allowed`);
  if (Ingress) throw forbidden('Ingress network can only be global scope network');
  if (Scope === 'swarm') throw forbidden('cannot create a swarm scoped network when swarm is not active');
  const ipamDriver = IPAM?.Driver ?? '';
  if (ipamDriver !== '' && ipamDriver !== 'default') throw pluginNotFound(ipamDriver);
}

/** What a configuration, and what a network that is made from one, must leave to the other. */
function refuseConfiguration(body: NetworkCreateBody): void {
  const { ConfigOnly, Ingress, Internal, Attachable, Scope, IPAM, Labels, Options, EnableIPv6 } = body;
  if (ConfigOnly && (Ingress || Internal || Attachable || Scope !== '')) {
    throw forbidden(
      'configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.',
    );
  }
  if (configFromOf(body) === undefined) return;
  if (ConfigOnly) throw forbidden('a configuration network cannot depend on another configuration network');
  const isOwn =
    EnableIPv6 === true ||
    !['', 'default'].includes(IPAM?.Driver ?? '') ||
    [IPAM?.Config, IPAM?.Options, Labels].some((own) => Object.keys(own ?? {}).length > 0);
  if (isOwn) {
    throw forbidden(
      'user specified configurations are not supported if the network depends on a configuration network',
    );
  }
  if (Object.keys(Options ?? {}).length > 0) {
    throw forbidden('network driver options are not supported if the network depends on a configuration network');
  }
}

function configFromOf({ ConfigFrom }: NetworkCreateBody): string | undefined {
  return ConfigFrom?.Network || undefined;
}

function driverOf({ ConfigOnly, Driver: name }: NetworkCreateBody): Driver {
  if (ConfigOnly) return 'null';
  const driver = DRIVERS.find((one) => one === (name || 'bridge'));
  if (driver === undefined) throw pluginNotFound(name);
  return driver;
}

function pluginNotFound(name: string): EngineError {
  return new EngineError('not_found', `plugin "${name}" not found`);
}
