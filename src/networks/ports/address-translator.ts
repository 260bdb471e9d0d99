import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { messageOf } from '../../errors/engine-error.ts';
import { addressBytes, formatAddress } from '../../lib/ip.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { translateProgram } from '../../sys/bpf/translate-program.ts';
import { addAddress } from '../../sys/netlink/address-message.ts';
import { createBridge, deleteLink, setLinkUp, withoutNeighbours } from '../../sys/netlink/route-message.ts';
import type { RouteNetlink, RouteSocket } from '../../sys/netlink/route-netlink.ts';
import { runOnTraffic } from '../../sys/netlink/traffic-message.ts';
import type { Fd } from '../../sys/syscalls.ts';

const MTU = 65535;
const MAC = '02:42:64:64:64:64';

/** Addresses of a daemon's own for packets that change between IPv6 and IPv4. */
export interface TranslatorAddresses {
  readonly link: string;
  /** Stands before an IPv4 address in an IPv6 one: `fd64:…:`, twelve bytes. */
  readonly prefix: Buffer;
  /** What translated packets come from, in both families. Not the host's own in IPv4, so that answers are routed. */
  readonly ipv4: string;
  readonly ipv6: string;
  /** The host's own beside it: the route to both comes with it. */
  readonly neighbour: string;
}

/**
 * Derived from the daemon's name alone. The prefix leaves checksums as they are (RFC 6052, 4.1): its halves add up to
 * 0xffff. The IPv4 pair is link-local, and none that clouds use.
 */
export function translatorAddresses(link: string): TranslatorAddresses {
  const hash = createHash('sha256').update(link).digest();
  const prefix = Buffer.from([0xfd, 0x64, ...hash.subarray(0, 4), 0, 0x64, 0, 0, 0, 0]);
  const sum = [0, 2, 4, 6].reduce((total, at) => total + prefix.readUInt16BE(at), 0);
  prefix.writeUInt16BE(0xffff - (sum % 0xffff), 10);
  const third = 1 + ((hash[4] ?? 0) % 160);
  const neighbour = `169.254.${third}.${(hash[5] ?? 0) & 0xfe}`;
  const ipv4 = `169.254.${third}.${(hash[5] ?? 0) | 1}`;
  return { link, prefix, ipv4, ipv6: embed(prefix, ipv4), neighbour };
}

function embed(prefix: Buffer, ipv4Address: string): string {
  const bytes = Buffer.concat([prefix, addressBytes(ipv4Address)]);
  return formatAddress({ family: 6, value: BigInt(`0x${bytes.toString('hex')}`) });
}

/**
 * Lets IPv6 clients reach containers that have IPv4 only, in the kernel: a link whose packets come back in the other
 * family, between the tracking of connections in both. The link and its program outlive the daemon.
 */
export class AddressTranslator {
  readonly addresses: TranslatorAddresses;
  readonly #netlink: RouteNetlink;
  readonly #load: (name: string, instructions: Buffer) => Promise<Fd>;
  readonly #forwardIpv6: () => void;
  readonly #warn: (message: string) => void;
  #ready: Promise<void> | undefined;

  constructor(options: {
    readonly link: string;
    readonly netlink: RouteNetlink;
    readonly loadTrafficProgram: (name: string, instructions: Buffer) => Promise<Fd>;
    /** Clients from other hosts are routed to the link. */
    readonly forwardIpv6: () => void;
    readonly warn: (message: string) => void;
  }) {
    this.addresses = translatorAddresses(options.link);
    this.#netlink = options.netlink;
    this.#load = options.loadTrafficProgram;
    this.#forwardIpv6 = options.forwardIpv6;
    this.#warn = options.warn;
  }

  /** How an IPv6 packet is addressed that is to reach this address. */
  translated = (ipv4Address: string): string => embed(this.addresses.prefix, ipv4Address);

  /**
   * The link is there, with the program. Idempotent; what is there stays, with the connections through it. Where the
   * kernel takes no program a warning is logged, once, and IPv6 clients do not get through.
   */
  ensure(): Promise<void> {
    this.#ready ??= this.#set().catch((error: unknown) => {
      this.#warn(
        `published ports lead over IPv6 only to containers that have an IPv6 address: this kernel translates none (${messageOf(error)})`,
      );
    });
    return this.#ready;
  }

  async #set(): Promise<void> {
    const { link, prefix, ipv6, neighbour } = this.addresses;
    const socket = this.#netlink.open();
    try {
      if (socket.linkIndex(link) === undefined) {
        await socket.request([createBridge({ name: link, mac: MAC, mtu: MTU })]);
      }
      const linkIndex = socket.linkIndex(link) ?? 0;
      await socket.request([withoutNeighbours(link), setLinkUp(link)]);
      await addUnlessThere(socket, { linkIndex, address: neighbour, prefixLength: 31 });
      await addUnlessThere(socket, { linkIndex, address: ipv6, prefixLength: 96 });
      this.#forwardIpv6();
      const mac = Buffer.from(MAC.replaceAll(':', ''), 'hex');
      const program = await this.#load('skiff_translate', translateProgram({ index: linkIndex, mac, prefix }));
      try {
        await socket.request(
          runOnTraffic({ linkIndex, link, direction: 'outgoing', name: 'IPv4 to IPv6 and back', program }),
        );
      } finally {
        closeSync(program);
      }
    } finally {
      socket.close();
    }
  }

  /** Idempotent. */
  async remove(): Promise<void> {
    this.#ready = undefined;
    const socket = this.#netlink.open();
    try {
      if (socket.linkIndex(this.addresses.link) !== undefined) await socket.request([deleteLink(this.addresses.link)]);
    } finally {
      socket.close();
    }
  }
}

async function addUnlessThere(socket: RouteSocket, options: Parameters<typeof addAddress>[0]): Promise<void> {
  try {
    await socket.request([addAddress(options)]);
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
  }
}
