import type { NetworkingConfig } from '../../api-types/container-create.ts';
import type { HostConfig } from '../../api-types/host-config.ts';
import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import { checkAttachment } from '../../networks/check-attachment.ts';
import { type EndpointSettings, type NetworkRecord, plainSettings } from '../../state/networks.ts';
import type { ContainersContext } from '../context.ts';
import type { CreateRequest } from '../create/create-request.ts';
import type { ContainerNetworkRecord } from '../record.ts';
import { donorReference } from '../spec/joined-containers.ts';
import { endpointSettings } from './endpoint-settings.ts';

type Endpoints = NonNullable<NetworkingConfig['EndpointsConfig']>;

/**
 * The networks that a container is created for: those with an endpoint's configuration, or that of its network mode
 * alone. The one of its mode comes first. They need not exist before it starts.
 * @throws invalid_argument for what cannot be had.
 */
export function requestedNetworks(
  context: ContainersContext,
  { config, networking }: CreateRequest,
  host: HostConfig,
): ContainerNetworkRecord[] {
  const { NetworkMode: mode } = host;
  if (donorReference(mode) !== undefined) return [];
  const endpoints: Endpoints = networking?.EndpointsConfig ?? {};
  const main = lookUp(context, mode)?.name ?? mode;
  const found = Object.entries(endpoints).map(([key, body]) => requested(context, key, body));
  if (found.length === 0) found.push({ network: main, name: main, settings: plainSettings, endpoint: null });
  if (mode === 'host' && found.some(({ name }) => name !== 'host')) {
    throw invalidArgument(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  }
  const ordered = [...found.filter(({ name }) => name === main), ...found.filter(({ name }) => name !== main)];
  return withGeneralMac(ordered, main, config.MacAddress ?? '');
}

function requested(context: ContainersContext, key: string, body: Endpoints[string]): ContainerNetworkRecord {
  const reference = key === 'default' ? 'bridge' : key;
  const network = lookUp(context, reference);
  try {
    if (body === null) throw invalidArgument('EndpointsConfig is nil');
    const settings = endpointSettings(body);
    checkAttachment(network, settings);
    const name = network?.name ?? reference;
    return { network: name, name, settings, endpoint: null };
  } catch (error) {
    if (!isEngineError(error, 'invalid_argument')) throw error;
    throw invalidArgument(`invalid config for network ${key}: ${error.message}`, error);
  }
}

/** What is not there yet keeps the name that it was asked by. */
function lookUp({ network }: ContainersContext, reference: string): NetworkRecord | undefined {
  try {
    return network.find(reference);
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
    return undefined;
  }
}

/** The container-wide address is an older way to ask for that of the main network. */
function withGeneralMac(
  networks: readonly ContainerNetworkRecord[],
  main: string,
  macAddress: string,
): ContainerNetworkRecord[] {
  if (macAddress === '') return [...networks];
  return networks.map((one) =>
    one.name === main ? { ...one, settings: mergeMac(one.settings, main, macAddress) } : one,
  );
}

function mergeMac(settings: EndpointSettings, network: string, macAddress: string): EndpointSettings {
  if (settings.macAddress !== '' && settings.macAddress !== macAddress) {
    throw invalidArgument(
      'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
    );
  }
  const merged = { ...settings, macAddress };
  try {
    checkAttachment(undefined, merged);
  } catch (error) {
    if (!isEngineError(error, 'invalid_argument')) throw error;
    throw invalidArgument(`invalid config for network ${network}: ${error.message}`, error);
  }
  return merged;
}
