import type { NetworkRecord } from '../../state/networks.ts';

const NAME = 'com.docker.network.bridge.name';
const MTU = 'com.docker.network.driver.mtu';
const ICC = 'com.docker.network.bridge.enable_icc';
const MASQUERADE = 'com.docker.network.bridge.enable_ip_masquerade';
const BINDING = 'com.docker.network.bridge.host_binding_ipv4';
const LINK_PREFIX = 'com.docker.network.container_iface_prefix';

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
    [MASQUERADE]: 'true',
    [BINDING]: options.bindAddress,
    [NAME]: options.bridge,
    [MTU]: '1500',
  };
}

/** The name of a network's bridge on the host. */
export function bridgeOf({ id, options }: NetworkRecord): string {
  return options[NAME] || `br-${id.slice(0, 12)}`;
}

export function mtuOf({ options }: NetworkRecord): number {
  return Number(options[MTU] || '1500');
}

/** False when containers of the network must not reach each other. */
export function allowsIcc({ options }: NetworkRecord): boolean {
  return isOn(options[ICC]);
}

/** Whether packets leave with the host's address as their source. */
export function masquerades({ options }: NetworkRecord): boolean {
  return isOn(options[MASQUERADE]);
}

/** Where ports are published that name no host address; empty for the daemon's choice. */
export function hostBindingOf({ options }: NetworkRecord): string {
  return options[BINDING] ?? '';
}

export function linkPrefixOf({ options }: NetworkRecord): string {
  return options[LINK_PREFIX] || 'eth';
}

/** On unless it was switched off; every spelling that Go takes for false counts. */
function isOn(value: string | undefined): boolean {
  return value === undefined || !['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value);
}
