import type { NetworkRequest } from '../networks/container-network.ts';
import type { ContainerRecord } from './record.ts';

export function networkRequestOf({ id, name, config, networks }: ContainerRecord): NetworkRequest {
  return {
    id,
    name,
    hostname: config.Hostname,
    networks: networks.map(({ network, settings }) => ({ network, settings })),
  };
}
