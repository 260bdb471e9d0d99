import type { NetworkingConfig } from '../api-types/container-create.ts';
import type { HostConfig } from '../api-types/host-config.ts';
import { isEngineError } from '../errors/engine-error.ts';
import type { EndpointSettings } from '../state/networks.ts';
import { checkEndpointSettings } from './check-endpoint-settings.ts';
import type { ContainersContext } from './context.ts';
import type { CreateRequest } from './create.ts';
import { endpointSettings, plainSettings } from './endpoint-settings.ts';
import { donorReference } from './joined-containers.ts';
import type { ContainerNetworkRecord } from './record.ts';

type Endpoints = NonNullable<NetworkingConfig['EndpointsConfig']>;

/**
 * The networks that a container is created for: those with an endpoint's configuration, or that of its network mode
 * alone. They need not exist before it starts.
 * @throws invalid_argument for what cannot be had in any network.
 */
export function requestedNetworks(
  context: ContainersContext,
  { config, networking }: CreateRequest,
  host: HostConfig,
): ContainerNetworkRecord[] {
  const { NetworkMode: mode } = host;
  if (donorReference(mode) !== undefined) return [];
  const endpoints: Endpoints = networking?.EndpointsConfig ?? {};
  const names = Object.keys(endpoints);
  const main = nameOf(context, mode);
  const asked =
    names.length === 0 ? [main] : names.map((name) => nameOf(context, name === 'default' ? 'bridge' : name));
  const found = asked.map((name, index) => {
    const given = endpoints[names[index] ?? ''];
    return {
      network: name,
      name,
      settings: given === undefined ? plainSettings : endpointSettings(given),
      endpoint: null,
    };
  });
  const ordered = [...found.filter(({ name }) => name === main), ...found.filter(({ name }) => name !== main)];
  return ordered.map((one, index) =>
    index === 0 ? { ...one, settings: withMac(one.settings, config.MacAddress ?? '', one.name) } : one,
  );
}

/** As its network is called, whatever it was asked by; what is not there yet keeps what it was asked by. */
function nameOf({ network }: ContainersContext, reference: string): string {
  try {
    return network.find(reference).name;
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
    return reference;
  }
}

/** The container-wide address is an older way to ask for that of the first network. */
function withMac(settings: EndpointSettings, general: string, network: string): EndpointSettings {
  const macAddress = settings.macAddress || general;
  const completed = { ...settings, macAddress };
  checkEndpointSettings(network, completed);
  return completed;
}
