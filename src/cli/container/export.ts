import { exportContainer } from '../../client/container-archive.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { string } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: {
    output: string('Write to a file, instead of STDOUT', { short: 'o' }),
  },
  async run({ flags, args: [container = ''], client, io }) {
    if (flags.output === '') {
      if (io.stdout.isTerminal) {
        throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
      }
      for await (const chunk of await exportContainer(client, container)) await io.stdout.write(chunk);
      return 0;
    }
    const { checkOutputPath, writeWholeFile } = await import('../io/write-file.ts');
    await checkOutputPath(flags.output, 'failed to export container');
    await writeWholeFile(flags.output, await exportContainer(client, container));
    return 0;
  },
});
