import type { EndpointRecord, NetworkRecord } from '../../state/networks.ts';
import type { RouteNetlink } from '../../sys/netlink/route-netlink.ts';
import { loopbackUp } from '../loopback-up.ts';
import type { LinkPlan, NetworkDriver, Reservation } from './driver.ts';

/** `--network none`: a namespace with loopback and nothing else. */
export class NullDriver implements NetworkDriver {
  readonly namespace = 'own';
  readonly #netlink: RouteNetlink;

  constructor(netlink: RouteNetlink) {
    this.#netlink = netlink;
  }

  check(): void {}

  linkPrefix(): undefined {
    return undefined;
  }

  reserve(): Reservation {
    return { ipv4Address: '', ipv6Address: '', macAddress: '' };
  }

  connect(_network: NetworkRecord, _endpoint: EndpointRecord, { namespacePath }: LinkPlan): Promise<void> {
    return loopbackUp(this.#netlink, namespacePath);
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  isConnected(): boolean {
    return true;
  }

  reconnect(): Promise<void> {
    return Promise.resolve();
  }

  hostLinks(): string[] {
    return [];
  }

  up(): Promise<void> {
    return Promise.resolve();
  }

  down(): Promise<void> {
    return Promise.resolve();
  }
}
