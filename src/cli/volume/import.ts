import { importVolume } from '../../client/volumes.ts';
import type { ArgumentRule } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { readFileChunks } from '../io/read-file.ts';

const oneOrTwo: ArgumentRule = (count) =>
  count === 1 || count === 2 ? undefined : { text: 'requires 1 or 2 arguments', pointer: 'See' };

export const command = defineCommand({
  usage: 'VOLUME [FILE|-]',
  description:
    'Fill a volume, which must be empty and is made where it is missing, from a tar archive, plain or compressed.\nAll of it arrives, or nothing.',
  args: oneOrTwo,
  flags: {},
  async run({ args: [name = '', file = '-'], client, io }) {
    if (file === '-' && io.stdin.isTerminal) {
      throw new CliError('requested import from stdin, but stdin is empty');
    }
    await importVolume(client, name, file === '-' ? io.stdin.chunks() : await readFileChunks(file));
    await io.stdout.write(`${name}\n`);
    return 0;
  },
});
