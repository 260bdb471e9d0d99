import type { NetworkRecord } from '../state/networks.ts';

const NAME = 'com.docker.network.bridge.name';
const MTU = 'com.docker.network.driver.mtu';
const ICC = 'com.docker.network.bridge.enable_icc';

/** The options of the default bridge network, as Docker shows them. */
export function defaultBridgeOptions(options: {
  readonly bridge: string;
  /** `--icc`: containers may reach each other. */
  readonly icc: boolean;
  /** `--ip`: where published ports listen. */
  readonly bindAddress: string;
}): Record<string, string> {
  return {
    'com.docker.network.bridge.default_bridge': 'true',
    [ICC]: String(options.icc),
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.host_binding_ipv4': options.bindAddress,
    [NAME]: options.bridge,
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

/** False when containers of the network must not reach each other. */
export function allowsIcc(network: NetworkRecord): boolean {
  return network.options[ICC] !== 'false';
}
