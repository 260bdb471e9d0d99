import { disconnectContainer } from '../../client/networks.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { bool } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] NETWORK CONTAINER',
  args: exactly(2),
  flags: { force: bool('Force the container to disconnect from a network', { short: 'f' }) },
  async run({ flags, args, client }) {
    const [network = '', container = ''] = args;
    await disconnectContainer(client, network, container, flags.force);
    return 0;
  },
});
