import { EngineError } from '../errors/engine-error.ts';
import type { NetworkRecord } from '../state/networks.ts';
import type { IpamRequest } from './addresses/ipam-request.ts';
import type { CreateNetworkRequest } from './create-network-request.ts';

/**
 * A network that is only there to be a model: others are made from it by its name, and no container can be in it. It has
 * the driver of `none`, and nothing on the host; its subnets are nobody's.
 */
export function isConfiguration({ configOnly }: NetworkRecord): boolean {
  return configOnly === true;
}

/** What is to be made, with all that its model says. @throws not_found when there is no such model. */
export function configured(networks: readonly NetworkRecord[], request: CreateNetworkRequest): CreateNetworkRequest {
  const { configFrom } = request;
  if (configFrom === undefined) return request;
  const model = networks.find((one) => isConfiguration(one) && one.name === configFrom);
  if (model === undefined) throw new EngineError('not_found', `configuration network "${configFrom}" does not exist`);
  const { enableIpv4, enableIpv6, options, labels } = model;
  return { ...request, enableIpv4, enableIpv6, options, labels, ipam: ipamOf(model) };
}

function ipamOf({ subnets, ipamOptions }: NetworkRecord): IpamRequest {
  return {
    options: ipamOptions,
    config: subnets.map(({ gateway, showsGateway, ...rest }) => ({ ...rest, gateway: showsGateway ? gateway : '' })),
  };
}

/** @throws forbidden for the model of another network. */
export function refuseUsedConfiguration(networks: readonly NetworkRecord[], network: NetworkRecord): void {
  if (!isConfiguration(network) || !networks.some(({ configFrom }) => configFrom === network.name)) return;
  throw new EngineError('forbidden', `error while removing network: configuration network "${network.name}" is in use`);
}

/** @throws forbidden: a model is no place for a container. */
export function refuseEndpoint(network: NetworkRecord): void {
  if (!isConfiguration(network)) return;
  throw new EngineError('forbidden', 'cannot create endpoint on configuration-only network');
}
