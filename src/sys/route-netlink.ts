import type { RouteMessage } from './route-message.ts';

/** The network namespace of whoever opens it: on the host, the host's. */
export const OWN_NETWORK_NAMESPACE = '/proc/self/ns/net';

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
  close(): void;
}

/**
 * Links, addresses and routes by rtnetlink. A child per namespace (`ip -batch`) would do the same: it costs 5 ms of the
 * start of a container on two cores, this 1 ms, and the children's forks would hold up the event loop.
 */
export interface RouteNetlink {
  /** Opens a socket in the namespace pinned at `namespacePath`, or in the daemon's own. The caller closes it. */
  open(namespacePath?: string): RouteSocket;
  /** Writes a sysctl below /proc/sys/net in the namespace pinned at `namespacePath`; false when there is none so named. */
  setSysctl(name: string, value: string, namespacePath?: string): boolean;
}
