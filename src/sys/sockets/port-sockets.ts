import type { Fd } from '../syscalls.ts';

export type PortProtocol = 'tcp' | 'udp' | 'sctp';

export interface HostPort {
  readonly protocol: PortProtocol;
  /** `0.0.0.0` and `::` stand for every address of their family, and of no other. */
  readonly address: string;
  readonly port: number;
}

/** Sockets that do nothing but keep a port of the host from everybody else. */
export interface PortSockets {
  /**
   * Takes the port, as a server would. The socket answers nobody; it is close-on-exec, belongs to the caller, and keeps
   * the port for as long as some process has it open.
   * @throws SyscallError: EADDRINUSE; EADDRNOTAVAIL for an address that the host does not have; EPROTONOSUPPORT or
   * EAFNOSUPPORT for what the kernel cannot do.
   */
  take(at: HostPort): Fd;
}
