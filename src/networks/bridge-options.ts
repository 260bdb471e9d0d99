import type { NetworkRecord } from '../state/networks.ts';

const NAME = 'com.docker.network.bridge.name';
const MTU = 'com.docker.network.driver.mtu';

/** The options of the default bridge network, as Docker shows them. */
export function defaultBridgeOptions(bridge: string): Record<string, string> {
  return {
    'com.docker.network.bridge.default_bridge': 'true',
    'com.docker.network.bridge.enable_icc': 'true',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
    [NAME]: bridge,
    [MTU]: '1500',
  };
}

/** The name of a network's bridge on the host. */
export function bridgeOf(network: NetworkRecord): string {
  return network.options[NAME] ?? '';
}

export function mtuOf(network: NetworkRecord): number {
  return Number(network.options[MTU] ?? '1500');
}
