import type { PublishedPort } from '../../state/published-ports.ts';

/** One of a container's ports that is to be reached through the host. */
export interface PortRequest {
  readonly protocol: PublishedPort['protocol'];
  readonly containerPort: number;
  /** Empty for every address of the host, or where the network or the daemon say. */
  readonly hostAddress: string;
  /** The first that is free from here … */
  readonly firstHostPort: number;
  /** … to here; both 0 for one of the kernel's range for those who do not care. */
  readonly lastHostPort: number;
}
