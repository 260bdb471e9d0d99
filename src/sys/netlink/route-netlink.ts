import type { RouteMessage } from './netlink.ts';

/** The network namespace of whoever opens it: on the host, the host's. */
export const OWN_NETWORK_NAMESPACE = '/proc/self/ns/net';

/** A link as a list of them shows it. */
export interface LinkInfo {
  readonly name: string;
  readonly index: number;
  /** Index of the bridge that it is a port of; 0 for none. */
  readonly masterIndex: number;
  /** `bridge`, `veth` …; empty for hardware. */
  readonly kind: string;
  /** What `setAlias` said; empty otherwise. */
  readonly alias: string;
}

/** A conversation with the kernel about the links, addresses and routes of one network namespace. */
export interface RouteSocket {
  /** The index of a link of that namespace, or undefined when there is none of this name. */
  linkIndex(name: string): number | undefined;
  /**
   * Carries the messages out in order, on a thread of the pool: the kernel's lock for them can be held for tens of
   * milliseconds while it takes other namespaces apart. It goes on after a message that fails.
   * @throws SyscallError of the first message that failed, with what it was to do as the path.
   */
  request(messages: readonly RouteMessage[]): Promise<void>;
  /** Whether all of these links carry packets: the kernel settles a link's carrier some time after it was brought up. */
  areOperational(names: readonly string[]): Promise<boolean>;
  /** Undefined when there is none of this name. */
  link(name: string): Promise<LinkInfo | undefined>;
  /** All links of the namespace. */
  links(): Promise<LinkInfo[]>;
  close(): void;
}

/**
 * Links, addresses and routes by rtnetlink messages. Two children (`ip -batch`, one of them inside the namespace) would
 * do the same: on two cores they take 6.8 ms of a container's start and their forks hold up the event loop; this 1.4 ms.
 */
export interface RouteNetlink {
  /** Opens a socket in the namespace pinned at `namespacePath`, or in the daemon's own. The caller closes it. */
  open(namespacePath?: string): RouteSocket;
  /**
   * Sets a sysctl of the namespace pinned at `namespacePath`, or of the daemon's own; false when there is none of this
   * name. `name` is a path below /proc/sys/net: a link's name may hold dots.
   */
  setSysctl(name: string, value: string, namespacePath?: string): boolean;
}
