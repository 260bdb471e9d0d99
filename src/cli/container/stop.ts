import { stopContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { integer, string } from '../flags/kinds.ts';
import { forEachArgument } from '../for-each-argument.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {
    signal: string('Signal to send to the container', { short: 's' }),
    timeout: integer('Seconds to wait before killing the container', { short: 't', aliases: ['time'] }),
  },
  async run({ flags, args, client, io }) {
    return await forEachArgument(io, args, async (container) => {
      await stopContainer(client, container, { signal: flags.signal, timeoutSeconds: flags.timeout });
    });
  },
});
