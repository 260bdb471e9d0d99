import type { NetworkDriverName } from '../state/networks.ts';
import type { IpamRequest } from './addresses/ipam-request.ts';

export interface CreateNetworkRequest {
  readonly name: string;
  readonly driver: NetworkDriverName;
  readonly enableIpv4: boolean;
  readonly enableIpv6: boolean;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly configOnly?: boolean;
  /** The name of the network that says the rest. */
  readonly configFrom?: string;
  readonly ipam: IpamRequest;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}
