import { pauseContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { forEachArgument } from '../for-each-argument.ts';

export const command = defineCommand({
  usage: 'CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {},
  async run({ args, client, io }) {
    return await forEachArgument(io, args, (container) => pauseContainer(client, container));
  },
});
