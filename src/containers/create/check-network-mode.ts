import type { ContainerConfig } from '../../api-types/container-config.ts';
import type { HostConfig } from '../../api-types/host-config.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { donorReference } from '../spec/joined-containers.ts';

/** What belongs to a network cannot be set for a container in another one's. @throws invalid_argument. */
export function checkNetworkMode(config: ContainerConfig, host: HostConfig): void {
  const { NetworkMode: mode } = host;
  const isContainer = donorReference(mode) !== undefined;
  const conflict = (condition: boolean, what: string) => {
    if (condition) throw invalidArgument(`conflicting options: ${what}`);
  };
  conflict(isContainer && config.Hostname !== '', 'hostname and the network mode');
  conflict(
    isContainer && isFilled(host.Links),
    "container type network can't be used with links. This would result in undefined behavior",
  );
  conflict(
    mode === 'host' && isFilled(host.Links),
    "host type networking can't be used with links. This would result in undefined behavior",
  );
  conflict(isContainer && isFilled(host.Dns), 'dns and the network mode');
  conflict(isContainer && isFilled(host.ExtraHosts), 'custom host-to-IP mapping and the network mode');
  const publishes = isFilled(host.PortBindings) || host.PublishAllPorts;
  conflict(isContainer && publishes, 'port publishing and the container type network mode');
  conflict(isContainer && isFilled(config.ExposedPorts), 'port exposing and the container type network mode');
}

function isFilled(value: object | readonly unknown[] | null | undefined): boolean {
  return Object.keys(value ?? {}).length > 0;
}
