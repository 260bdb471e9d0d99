import { removeVolume } from '../../client/volumes.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { bool } from '../flags/kinds.ts';
import { forEachArgument } from '../for-each-argument.ts';

export const command = defineCommand({
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  description: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  args: atLeast(1),
  flags: {
    force: bool('Force the removal of one or more volumes', { short: 'f' }),
  },
  async run({ flags, args, client, io }) {
    return await forEachArgument(io, args, (name) => removeVolume(client, name, flags.force));
  },
});
