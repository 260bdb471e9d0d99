import { killContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { string } from '../flags/kinds.ts';
import { forEachArgument } from '../for-each-argument.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {
    signal: string('Signal to send to the container', { short: 's' }),
  },
  async run({ flags, args, client, io }) {
    return await forEachArgument(io, args, (container) => killContainer(client, container, flags.signal));
  },
});
