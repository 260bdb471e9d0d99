import { cloneVolume } from '../../client/volumes.ts';
import type { ArgumentRule } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { bool } from '../flags/kinds.ts';

const oneOrTwo: ArgumentRule = (count) =>
  count === 1 || count === 2 ? undefined : { text: 'requires 1 or 2 arguments', pointer: 'See' };

export const command = defineCommand({
  usage: '[OPTIONS] VOLUME [NEW_VOLUME]',
  description: 'Copy a volume into a new one, sharing blocks on the disk where the file system can',
  args: oneOrTwo,
  flags: {
    pause: bool('Pause the containers that use the volume meanwhile'),
  },
  async run({ flags, args: [from = '', to = ''], client, io }) {
    await io.stdout.write(`${await cloneVolume(client, from, to, flags)}\n`);
    return 0;
  },
});
