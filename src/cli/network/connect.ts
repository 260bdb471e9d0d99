import { connectContainer } from '../../client/networks.ts';
import { parseDecimalInteger } from '../../lib/go-numbers.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { createFlags } from '../container/create-options/flags.ts';
import { UNFILLED } from '../container/create-options/networking-config.ts';
import { list, parsed, string } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] NETWORK CONTAINER',
  args: exactly(2),
  flags: {
    alias: list('Add network-scoped alias for the container', { type: 'strings' }),
    'driver-opt': list('driver options for the network', { type: 'strings' }),
    'gw-priority': parsed(
      'int',
      'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
      parseDecimalInteger,
    ),
    ip: string('IPv4 address (e.g., "172.30.100.104")'),
    ip6: string('IPv6 address (e.g., "2001:db8::33")'),
    link: createFlags.link,
    'link-local-ip': list('Add a link-local address for the container', { type: 'strings' }),
  },
  async run({ flags, args, client }) {
    const [network = '', container = ''] = args;
    const split = (values: readonly string[]) => values.flatMap((value) => (value === '' ? [] : value.split(',')));
    const linkLocalIps = split(flags['link-local-ip']);
    await connectContainer(client, network, container, {
      IPAMConfig: {
        ...(flags.ip === '' ? {} : { IPv4Address: flags.ip }),
        ...(flags.ip6 === '' ? {} : { IPv6Address: flags.ip6 }),
        ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: linkLocalIps }),
      },
      Links: flags.link.length === 0 ? null : flags.link,
      Aliases: split(flags.alias),
      MacAddress: '',
      DriverOpts: driverOptions(split(flags['driver-opt'])),
      GwPriority: flags['gw-priority'] ?? 0,
      ...UNFILLED,
    });
    return 0;
  },
});

function driverOptions(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      const name = pair.slice(0, Math.max(equals, 0)).trim();
      if (name === '') throw new Error('invalid key/value pair format in driver options');
      return [name, pair.slice(equals + 1).trim()];
    }),
  );
}
