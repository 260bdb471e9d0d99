import { invalidArgument } from '../errors/engine-error.ts';
import type { EndpointSettings } from '../state/networks.ts';

const MAC_ADDRESS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

/** What is wrong in any network. @throws invalid_argument with Docker's text. */
export function checkEndpointSettings(network: string, { macAddress }: EndpointSettings): void {
  if (macAddress !== '' && !MAC_ADDRESS.test(macAddress)) {
    throw invalidArgument(`invalid config for network ${network}: invalid MAC address ${macAddress}`);
  }
}
