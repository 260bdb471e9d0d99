import type { NetworkRequest } from '../networks/container-network.ts';
import { portRequestsOf } from './port-requests.ts';
import type { ContainerRecord } from './record.ts';

export function networkRequestOf({ id, name, config, hostConfig, networks }: ContainerRecord): NetworkRequest {
  return {
    id,
    name,
    hostname: config.Hostname,
    ports: portRequestsOf(config, hostConfig),
    networks: networks.map(({ network, settings }) => ({ network, settings })),
  };
}
