import { messageOf } from '../errors/engine-error.ts';
import type { NetworkRecord } from '../state/networks.ts';
import type { RouteNetlink } from '../sys/route-netlink.ts';
import { allowsIcc, bridgeOf } from './bridge-options.ts';
import { applyTable, removeTable } from './firewall.ts';
import { acceptInDockerUser, type ForwardDrop, findForwardDrop, leaveDockerUser } from './forward-policy.ts';

/** The daemon's part in how the host forwards packets. Tables and policies of others stay as they are. */
export class HostRules {
  readonly #netlink: RouteNetlink;
  readonly #table: string;
  readonly #bridge: string;
  readonly #warn: (message: string) => void;

  constructor(options: {
    readonly netlink: RouteNetlink;
    readonly table: string;
    readonly bridge: string;
    readonly warn: (message: string) => void;
  }) {
    this.#netlink = options.netlink;
    this.#table = options.table;
    this.#bridge = options.bridge;
    this.#warn = options.warn;
  }

  /** Switches forwarding on and puts the rules for these networks in place of the former ones. Idempotent. */
  async apply(networks: readonly NetworkRecord[]): Promise<void> {
    const bridged = networks
      .filter(({ driver }) => driver === 'bridge')
      .map((network) => ({ bridge: bridgeOf(network), subnet: network.subnet, icc: allowsIcc(network) }));
    this.#forward();
    const [drop] = await Promise.all([findForwardDrop(), applyTable(this.#table, bridged)]);
    if (drop !== undefined) await this.#passThrough(drop);
  }

  #forward(): void {
    try {
      this.#netlink.setSysctl('ipv4/ip_forward', '1');
    } catch (error) {
      this.#warn(`IP forwarding is off, so containers reach this host and each other only: ${messageOf(error)}`);
    }
  }

  /** No rule of ours helps against another chain that drops; dockerd has a place for rules that come before its own. */
  async #passThrough({ chain, hasDockerUser }: ForwardDrop): Promise<void> {
    let reason = '';
    if (hasDockerUser) {
      try {
        return await acceptInDockerUser(this.#bridge);
      } catch (error) {
        reason = ` (${messageOf(error)})`;
      }
    }
    this.#warn(
      `the chain ${chain} drops forwarded packets, so containers reach nothing outside: let those from and to ${this.#bridge} through there${reason}`,
    );
  }

  /** Idempotent. Forwarding stays on: others may have come to need it. */
  async remove(): Promise<void> {
    await removeTable(this.#table);
    await leaveDockerUser(this.#bridge);
  }
}
