import { networkNotFound } from '../errors/networks.ts';
import type { NetworkRequest } from '../networks/container-network.ts';
import type { ContainerRecord } from './record.ts';

/** @throws not_found for a network that does not exist, as Docker does when the container starts. */
export function networkRequestOf({ id, hostConfig, macAddress }: ContainerRecord): NetworkRequest {
  const { NetworkMode: mode } = hostConfig;
  if (mode !== 'bridge' && mode !== 'host' && mode !== 'none') throw networkNotFound(mode);
  return { id, mode, ...(macAddress === '' ? {} : { macAddress }) };
}
