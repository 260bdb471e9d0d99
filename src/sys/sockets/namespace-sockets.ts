import type { Fd } from '../syscalls.ts';

/** An address with its port; IPv4 or IPv6, never a name. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export type SocketKind = 'udp' | 'tcp';

/**
 * Sockets in a network namespace that the daemon is not in: once made, a socket stays in its namespace, and the event
 * loop serves it like any other. All are close-on-exec and non-blocking, and belong to the caller.
 */
export interface NamespaceSockets {
  /**
   * A socket bound in the namespace pinned at `namespacePath`, or in the daemon's own; port 0 lets the kernel choose.
   * @throws SyscallError.
   */
  bind(
    namespacePath: string | undefined,
    kind: SocketKind,
    at: SocketAddress,
  ): { readonly fd: Fd; readonly port: number };
  /** A TCP socket on its way to be connected: a failure shows at the first write. */
  connect(namespacePath: string | undefined, to: SocketAddress): Fd;
}
