import { ApiError } from '../../client/api-error.ts';
import { removeContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { describe } from '../errors.ts';
import { bool } from '../flags/kinds.ts';
import { forEachArgument } from '../for-each-argument.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {
    force: bool('Force the removal of a running container (uses SIGKILL)', { short: 'f' }),
    link: bool('Remove the specified link', { short: 'l' }),
    volumes: bool('Remove anonymous volumes associated with the container', { short: 'v' }),
  },
  async run({ flags, args, client, io }) {
    return await forEachArgument(io, args, async (argument) => {
      const container = argument.replace(/^\/+|\/+$/g, '');
      if (container === '') throw new Error('container name cannot be empty');
      try {
        await removeContainer(client, container, flags);
      } catch (error) {
        // With --force the container's absence is what was wanted: said, but no failure.
        if (!(flags.force && error instanceof ApiError && error.status === 404)) throw error;
        await io.stderr.write(`${describe(error)}\n`);
        return 'unreported';
      }
    });
  },
});
