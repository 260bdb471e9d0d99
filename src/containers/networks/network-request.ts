import type { HostConfig } from '../../api-types/host-config.ts';
import type { NetworkRequest } from '../../networks/container-network.ts';
import type { ContainerRecord } from '../record.ts';
import { portRequestsOf } from './port-requests.ts';

export function networkRequestOf({ id, name, config, hostConfig, networks }: ContainerRecord): NetworkRequest {
  return {
    id,
    name,
    hostname: config.Hostname,
    configuresNetwork: configuresNetwork(hostConfig),
    ports: portRequestsOf(config, hostConfig),
    networks: networks.map(({ network, settings }) => ({ network, settings })),
  };
}

/** Whether a container may set up its links by itself. */
export function configuresNetwork({ Privileged: privileged, CapAdd: add, CapDrop: drop }: HostConfig): boolean {
  const has = (names: readonly string[] | null, ...wanted: string[]): boolean =>
    (names ?? []).some((name) => wanted.includes(name.toUpperCase().replace(/^CAP_/, '')));
  return privileged || (has(add, 'NET_ADMIN', 'ALL') && !has(drop, 'NET_ADMIN'));
}
