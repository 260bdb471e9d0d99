import { saveImages } from '../../client/images.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { string } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  args: atLeast(1),
  flags: {
    output: string('Write to a file, instead of STDOUT', { short: 'o' }),
    platform: string('Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
  },
  async run({ flags, args, client, io }) {
    if (flags.output === '') {
      if (io.stdout.isTerminal) {
        throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect');
      }
      const answer = await saveImages(client, args, flags.platform);
      for await (const chunk of answer.chunks()) await io.stdout.write(chunk);
      return 0;
    }
    const { checkOutputPath, writeWholeFile } = await import('../io/write-file.ts');
    await checkOutputPath(flags.output);
    const answer = await saveImages(client, args, flags.platform);
    await writeWholeFile(flags.output, answer.chunks());
    return 0;
  },
});
