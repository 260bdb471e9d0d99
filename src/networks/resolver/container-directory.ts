import type { ContainerId } from '../../lib/ids.ts';
import type { EndpointRecord, NetworkRecord, NetworkState } from '../../state/networks.ts';
import { hasResolver } from '../predefined.ts';
import type { NameDirectory, NamedAddresses } from './directory.ts';

type State = Pick<NetworkState, 'endpointsOf' | 'endpoints' | 'network'>;

interface NamedNetwork {
  readonly network: NetworkRecord;
  /** The asking container's own place there. */
  readonly own: EndpointRecord;
  readonly endpoints: readonly EndpointRecord[];
}

/**
 * The names that one container knows: those of every container in its networks, except the predefined ones, and the
 * names that it alone gave to others. `name.network` asks one network only.
 */
export class ContainerDirectory implements NameDirectory {
  readonly #state: State;
  readonly #id: ContainerId;

  constructor(state: State, id: ContainerId) {
    this.#state = state;
    this.#id = id;
  }

  addressesOf(name: string): NamedAddresses | undefined {
    const networks = this.#networks();
    const everywhere = found(networks, name);
    if (everywhere !== undefined) return everywhere;
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const networkName = name.slice(dot + 1);
      const within = networks.filter(({ network }) => network.name.toLowerCase() === networkName);
      const there = found(within, name.slice(0, dot));
      if (there !== undefined) return there;
    }
    return undefined;
  }

  nameOf(address: string): string | undefined {
    for (const { network, endpoints } of this.#networks()) {
      const endpoint = endpoints.find(
        ({ ipv4Address, ipv6Address }) => ipv4Address === address || ipv6Address === address,
      );
      const [name] = endpoint?.dnsNames ?? [];
      if (name !== undefined) return `${name}.${network.name}`;
    }
    return undefined;
  }

  #networks(): NamedNetwork[] {
    return this.#state.endpointsOf(this.#id).flatMap((own) => {
      const network = this.#state.network(own.networkId);
      if (network === undefined || !hasResolver(network)) return [];
      return [{ network, own, endpoints: this.#state.endpoints(network.id) }];
    });
  }
}

/** All that have the name in the first network where anybody has it. */
function found(networks: readonly NamedNetwork[], name: string): NamedAddresses | undefined {
  for (const { own, endpoints } of networks) {
    const linked = linkedName(own, name);
    const named = endpoints.filter(({ dnsNames }) => dnsNames.some((one) => isSame(one, linked ?? name)));
    if (named.length === 0) continue;
    return {
      ipv4: named.map(({ ipv4Address }) => ipv4Address).filter((address) => address !== ''),
      ipv6: named.map(({ ipv6Address }) => ipv6Address).filter((address) => address !== ''),
    };
  }
  return undefined;
}

/** `container:alias`: what this container calls another one. */
function linkedName({ settings }: EndpointRecord, alias: string): string | undefined {
  for (const link of settings.links ?? []) {
    const [target = '', as = target] = link.split(':');
    if (isSame(as, alias)) return target;
  }
  return undefined;
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
