import { EngineError } from '../errors/engine-error.ts';
import { randomId } from '../lib/ids.ts';
import type { EndpointRecord, NetworkState } from '../state/networks.ts';
import { checkAttachment } from './check-attachment.ts';
import { refuseEndpoint } from './configurations.ts';
import type { NetworkAttachment, NetworkRequest } from './container-network.ts';
import { dnsNamesOf } from './dns-names.ts';
import { askedLinkName } from './endpoint-options.ts';
import { findNetwork } from './find-network.ts';
import type { NetworksContext } from './networks-context.ts';
import { hasResolver } from './predefined.ts';

/** One network that a container asks for, with what it needs to know of the container. */
export type AttachRequest = Omit<NetworkRequest, 'networks'> & NetworkAttachment;

/**
 * Keeps a place in a network for a container, with its addresses, before anything is made on the host.
 * @throws not_found for the network; forbidden, invalid_argument, internal for addresses that cannot be had.
 */
export function reserveEndpoint(
  { state, drivers }: Pick<NetworksContext, 'state' | 'drivers'>,
  request: AttachRequest,
  sandboxId: string,
): EndpointRecord {
  const { settings } = request;
  const network = findNetwork(state.networks(), request.network);
  refuseEndpoint(network);
  const driver = drivers[network.driver];
  checkAttachment(network, settings);
  const linkName = chooseLinkName(state, request, driver.linkPrefix(network));
  return state.addEndpoint(network.id, (inUse) => ({
    networkId: network.id,
    containerId: request.id,
    endpointId: randomId(),
    sandboxId,
    linkName,
    settings,
    configuresNetwork: request.configuresNetwork,
    dnsNames: hasResolver(network) ? dnsNamesOf(request) : [],
    ...driver.reserve(network, settings, inUse),
  }));
}

/** The one that was asked for, or the next one of its kind. */
function chooseLinkName(state: NetworkState, { id, settings }: AttachRequest, prefix: string | undefined): string {
  if (prefix === undefined) return '';
  const taken = new Set(state.endpointsOf(id).map(({ linkName }) => linkName));
  const asked = askedLinkName(settings);
  if (asked !== undefined && !taken.has(asked)) return asked;
  if (asked !== undefined) throw new EngineError('conflict', `interface ${asked} is already in use`);
  for (let number = 0; ; number++) {
    if (!taken.has(`${prefix}${number}`)) return `${prefix}${number}`;
  }
}
