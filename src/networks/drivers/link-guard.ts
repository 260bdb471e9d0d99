import { hasErrorCode } from '../../lib/system-error.ts';
import type { EndpointRecord } from '../../state/networks.ts';
import { guardSources } from '../../sys/bpf/source-filter.ts';
import { hairpinPort } from '../../sys/netlink/route-message.ts';
import type { RouteNetlink } from '../../sys/netlink/route-netlink.ts';
import { vethName } from '../names.ts';

/** What the host's end of a container's link lets through, apart from the rules of its network. */
export class LinkGuard {
  readonly #netlink: RouteNetlink;
  readonly #warn: (message: string) => void;
  #hasWarned = false;

  constructor(netlink: RouteNetlink, warn: (message: string) => void) {
    this.#netlink = netlink;
    this.#warn = warn;
  }

  /**
   * Containers send by their own MAC and addresses only. Those that may set up their network are trusted with what they
   * set up, such as routers and clusters of nodes in containers.
   */
  async apply(endpoint: EndpointRecord, options: { readonly hairpin: boolean }): Promise<void> {
    const { endpointId, macAddress, ipv4Address, ipv6Address, settings, configuresNetwork } = endpoint;
    const name = vethName(endpointId);
    const socket = this.#netlink.open();
    try {
      if (options.hairpin) await socket.request([hairpinPort(name)]);
      const linkIndex = socket.linkIndex(name);
      if (configuresNetwork === true || linkIndex === undefined) return;
      const addresses = [ipv4Address, ipv6Address, ...(settings.ipam?.linkLocalIps ?? [])].filter((one) => one !== '');
      await socket.request(guardSources(linkIndex, name, { mac: macAddress, addresses }));
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT', 'EOPNOTSUPP')) throw error;
      if (!this.#hasWarned) this.#warn('this kernel lacks cls_bpf: containers can send by addresses of others');
      this.#hasWarned = true;
    } finally {
      socket.close();
    }
  }
}
