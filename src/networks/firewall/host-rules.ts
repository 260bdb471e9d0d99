import { messageOf } from '../../errors/engine-error.ts';
import { familyOf } from '../../lib/ip.ts';
import { KeyedLock } from '../../lib/keyed-lock.ts';
import type { EndpointRecord, NetworkRecord } from '../../state/networks.ts';
import type { RouteNetlink } from '../../sys/netlink/route-netlink.ts';
import { allowsIcc, bridgeOf, masquerades } from '../drivers/bridge-options.ts';
import type { AddressTranslator } from '../ports/address-translator.ts';
import type { PortElement } from '../ports/port-elements.ts';
import { applyTable, removeTable } from './apply-table.ts';
import { acceptInDockerUser, hasDockerUser, leaveDockerUser } from './docker-user.ts';
import { type ForwardDrop, readHostPolicies } from './host-policies.ts';
import type { BridgedNetwork } from './table.ts';

/** The daemon's part in how the host forwards packets. Tables and policies of others stay as they are. */
export class HostRules {
  readonly #netlink: RouteNetlink;
  readonly #table: string;
  readonly #translator: Pick<AddressTranslator, 'addresses' | 'translated' | 'remove'>;
  readonly #forwardIpv6: () => void;
  readonly #ports: () => readonly PortElement[];
  readonly #uplinks: () => readonly string[];
  readonly #warn: (message: string) => void;
  readonly #changes = new KeyedLock();
  #warned = '';
  #screens = false;
  #isInDockerUser = false;

  constructor(options: {
    readonly netlink: RouteNetlink;
    readonly table: string;
    readonly translator: Pick<AddressTranslator, 'addresses' | 'translated' | 'remove'>;
    /** What leads to running containers, whenever the table is made. */
    readonly ports: () => readonly PortElement[];
    readonly forwardIpv6: () => void;
    /** Links that the host's own way out leads through. */
    readonly uplinks: () => readonly string[];
    readonly warn: (message: string) => void;
  }) {
    this.#netlink = options.netlink;
    this.#table = options.table;
    this.#translator = options.translator;
    this.#forwardIpv6 = options.forwardIpv6;
    this.#ports = options.ports;
    this.#uplinks = options.uplinks;
    this.#warn = options.warn;
  }

  /** Whether the host's rules for what comes in decide about published ports, too: as of the last `apply`. */
  get screens(): boolean {
    return this.#screens;
  }

  /** Runs one change of the table after the other. */
  exclusively = <T>(work: () => Promise<T>): Promise<T> => this.#changes.run(this.#table, work);

  /** Switches forwarding on and puts the rules for these networks in place of the former ones. Idempotent. */
  apply(networks: readonly NetworkRecord[]): Promise<void> {
    const bridged = networks.filter(({ driver }) => driver === 'bridge').map(bridgedNetwork);
    return this.exclusively(async () => {
      this.#forward(bridged);
      const [{ forwardDrop, inputDrops }, dockerUser] = await Promise.all([readHostPolicies(), hasDockerUser()]);
      this.#screens = inputDrops;
      const translator = this.#translator.addresses;
      const content = {
        screens: inputDrops,
        translator,
        networks: bridged,
        ports: this.#ports(),
        uplinks: this.#uplinks(),
      };
      await Promise.all([applyTable(this.#table, content), this.#passThrough(forwardDrop, dockerUser)]);
    });
  }

  #forward(networks: readonly BridgedNetwork[]): void {
    try {
      this.#netlink.setSysctl('ipv4/ip_forward', '1');
      const hasIpv6 = networks.some(({ subnets }) => subnets.some((subnet) => familyOf(subnet) === 6));
      if (hasIpv6) this.#forwardIpv6();
    } catch (error) {
      this.#warn(`IP forwarding is off, so containers reach this host and each other only: ${messageOf(error)}`);
    }
  }

  /** No rule of ours helps against another chain that drops; dockerd has a place for rules that come before its own. */
  async #passThrough(
    drop: ForwardDrop | undefined,
    families: Awaited<ReturnType<typeof hasDockerUser>>,
  ): Promise<void> {
    let reason = '';
    try {
      await acceptInDockerUser(this.#table, families);
      this.#isInDockerUser = families.size > 0;
    } catch (error) {
      reason = ` (${messageOf(error)})`;
    }
    if (drop === undefined || (drop.hasDockerUser && reason === '')) return;
    const warning = `the chain ${drop.chain} drops forwarded packets, so containers reach nothing outside, and published ports are reached from this host only: let packets from and to their bridges through there${reason}`;
    if (warning !== this.#warned) this.#warn(warning);
    this.#warned = warning;
  }

  /** What belongs to one network, as the kernel has it now, for people to read. */
  async describe(network: NetworkRecord, endpoints: readonly EndpointRecord[]): Promise<string> {
    const { listTable, rulesOfNetwork } = await import('./rules-of-network.ts');
    const bridged = network.driver === 'bridge' ? bridgedNetwork(network) : undefined;
    return rulesOfNetwork(await listTable(this.#table), bridged, endpoints, this.#translator.translated);
  }

  /** Nothing of this daemon is to be forwarded any more: its rule goes out of dockerd's chain. The table stays. */
  leaveDockerUser(): Promise<void> {
    return this.exclusively(async () => {
      if (this.#isInDockerUser) await leaveDockerUser(this.#table);
      this.#isInDockerUser = false;
    });
  }

  /** Idempotent. Forwarding stays on: others may have come to need it. */
  remove(): Promise<void> {
    return this.exclusively(async () => {
      await removeTable(this.#table);
      await this.#translator.remove();
      await leaveDockerUser(this.#table);
    });
  }
}

function bridgedNetwork(network: NetworkRecord): BridgedNetwork {
  return {
    name: network.name,
    bridge: bridgeOf(network),
    subnets: network.subnets.map(({ subnet }) => subnet),
    icc: allowsIcc(network),
    internal: network.internal,
    masquerade: masquerades(network),
  };
}
