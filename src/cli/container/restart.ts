import { restartContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { forEachArgument } from '../for-each-argument.ts';
import { stopFlags } from './stop-flags.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: stopFlags,
  async run({ flags, args, client, io }) {
    const options = { signal: flags.signal, timeoutSeconds: flags.timeout };
    return await forEachArgument(io, args, (container) => restartContainer(client, container, options));
  },
});
