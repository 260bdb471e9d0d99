import { internalError } from '../errors/engine-error.ts';
import { addAddress, createBridge, deleteLink, setLinkUp } from '../sys/route-message.ts';
import type { RouteNetlink } from '../sys/route-netlink.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';
import { broadcastOf, formatAddress, macOf, type Subnet } from './ipv4.ts';

/** Bridges of the host, by name. */
export class BridgeDevice {
  readonly #netlink: RouteNetlink;

  constructor(netlink: RouteNetlink) {
    this.#netlink = netlink;
  }

  /** The bridge exists, is up and has its address. What is there already stays, with all containers plugged into it. */
  async ensure(bridge: {
    readonly name: string;
    readonly mtu: number;
    readonly gateway: number;
    readonly subnet: Subnet;
  }): Promise<void> {
    const { name, mtu, gateway, subnet } = bridge;
    const socket = this.#netlink.open();
    try {
      if (socket.linkIndex(name) === undefined) {
        await socket.request([createBridge({ name, mac: macOf(gateway), mtu })]);
      }
      const linkIndex = socket.linkIndex(name);
      if (linkIndex === undefined) throw internalError(`the bridge ${name} went away as it was made`);
      const address = addAddress({
        linkIndex,
        address: formatAddress(gateway),
        broadcast: formatAddress(broadcastOf(subnet)),
        prefixLength: subnet.prefixLength,
      });
      await socket.request([address]).catch((error: unknown) => {
        if (!hasErrorCode(error, 'EEXIST')) throw error;
      });
      await socket.request([setLinkUp(name)]);
    } finally {
      socket.close();
    }
  }

  /** Idempotent. Containers that are plugged in keep their links, which lead nowhere then. */
  async remove(name: string): Promise<void> {
    const socket = this.#netlink.open();
    try {
      await socket.request([deleteLink(name)]);
    } catch (error) {
      if (!hasErrorCode(error, 'ENODEV')) throw error;
    } finally {
      socket.close();
    }
  }
}
