import type { NetworkDriver } from './driver.ts';

/** `--network host`: the container uses the host's namespace as it is. */
export const hostDriver: NetworkDriver = {
  namespace: 'host',
  check: () => undefined,
  linkPrefix: () => undefined,
  reserve: () => ({ ipv4Address: '', ipv6Address: '', macAddress: '' }),
  connect: () => Promise.resolve(),
  disconnect: () => Promise.resolve(),
  isConnected: () => true,
  reconnect: () => Promise.resolve(),
  hostLinks: () => [],
  up: () => Promise.resolve(),
  down: () => Promise.resolve(),
};
