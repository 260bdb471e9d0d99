import { integer, string } from '../flags/kinds.ts';

/** The flags that `stop` and `restart` share. */
export const stopFlags = {
  signal: string('Signal to send to the container', { short: 's' }),
  timeout: integer('Seconds to wait before killing the container', { short: 't', deprecatedAliases: ['time'] }),
};
