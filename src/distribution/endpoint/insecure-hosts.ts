import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { messageOf } from '../../errors/engine-error.ts';

/** Tells the registries that may be spoken to without a proven identity. */
export class InsecureHosts {
  readonly #names = new Set<string>();
  readonly #networks = new BlockList();
  #hasNetworks = false;

  /** `configured` holds hosts, hosts with a port, and networks in CIDR form. This host's own addresses are always in. */
  constructor(configured: readonly string[]) {
    this.#networks.addSubnet('127.0.0.0', 8, 'ipv4');
    this.#networks.addAddress('::1', 'ipv6');
    for (const entry of configured) {
      const [address = '', prefix] = entry.split('/');
      const version = isIP(address);
      if (prefix === undefined || version === 0) this.#names.add(entry.toLowerCase());
      else {
        this.#networks.addSubnet(address, Number(prefix), version === 6 ? 'ipv6' : 'ipv4');
        this.#hasNetworks = true;
      }
    }
  }

  /** Names are looked up only where networks are configured. One that cannot be found is not insecure. */
  async has(host: string): Promise<boolean> {
    const lowered = host.toLowerCase();
    const name = hostnameOf(lowered);
    if (this.#names.has(lowered) || this.#names.has(name)) return true;
    if (name === 'localhost' || name.endsWith('.localhost')) return true;
    if (isIP(name) !== 0) return this.#holds(name);
    if (!this.#hasNetworks) return false;
    return (await addressesOf(name)).some((address) => this.#holds(address));
  }

  #holds(address: string): boolean {
    return this.#networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Without the port, and without the brackets of an IPv6 address. */
function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    // Whoever connects to it next meets the same failure and reports it.
    if (/ENOTFOUND|EAI_AGAIN/.test(messageOf(error))) return [];
    throw error;
  }
}
