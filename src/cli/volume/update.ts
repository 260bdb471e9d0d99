import { inspectVolume } from '../../client/volumes.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { availability } from './cluster-flags.ts';

export const command = defineCommand({
  usage: '[OPTIONS] [VOLUME]',
  description: 'Update a volume (cluster volumes only)',
  args: exactly(1),
  flags: { availability },
  async run({ args: [name = ''], client }) {
    await inspectVolume(client, name);
    throw new CliError('can only update cluster volumes');
  },
});
