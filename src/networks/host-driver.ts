import type { NetworkDriver } from './driver.ts';

/** `--network host`: the container uses the host's namespace as it is. */
export const hostDriver: NetworkDriver = {
  namespace: 'host',
  gatewayOf: () => '',
  reserve: () => ({ address: '', macAddress: '' }),
  connect: () => Promise.resolve(),
  up: () => Promise.resolve(),
  down: () => Promise.resolve(),
};
