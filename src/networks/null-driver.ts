import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import { setLinkUp } from '../sys/route-message.ts';
import type { RouteNetlink } from '../sys/route-netlink.ts';
import type { NetworkDriver } from './driver.ts';

/** `--network none`: a namespace with loopback and nothing else. */
export class NullDriver implements NetworkDriver {
  readonly namespace = 'own';
  readonly #netlink: RouteNetlink;

  constructor(netlink: RouteNetlink) {
    this.#netlink = netlink;
  }

  gatewayOf(): string {
    return '';
  }

  reserve(): { address: string; macAddress: string } {
    return { address: '', macAddress: '' };
  }

  async connect(_network: NetworkRecord, _endpoint: EndpointRecord, namespacePath: string): Promise<void> {
    const socket = this.#netlink.open(namespacePath);
    try {
      await socket.request([setLinkUp('lo')]);
    } finally {
      socket.close();
    }
  }

  up(): Promise<void> {
    return Promise.resolve();
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}
