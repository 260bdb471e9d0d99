import { exportVolume } from '../../client/volumes.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] VOLUME',
  description: "Stream a volume's files, with owners, modes and attributes, as a tar archive",
  args: exactly(1),
  flags: {
    output: string('Write to a file, instead of STDOUT', { short: 'o' }),
    pause: bool('Pause the containers that use the volume meanwhile'),
  },
  async run({ flags, args: [name = ''], client, io }) {
    if (flags.output === '') {
      if (io.stdout.isTerminal) {
        throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
      }
      for await (const chunk of await exportVolume(client, name, flags)) await io.stdout.write(chunk);
      return 0;
    }
    const { checkOutputPath, writeWholeFile } = await import('../io/write-file.ts');
    await checkOutputPath(flags.output, 'failed to export volume');
    await writeWholeFile(flags.output, await exportVolume(client, name, flags));
    return 0;
  },
});
