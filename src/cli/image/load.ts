import { loadImages } from '../../client/images.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { readFileChunks } from '../io/read-file.ts';
import { showMessages } from '../io/show-messages.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    input: string('Read from tar archive file, instead of STDIN', { short: 'i' }),
    platform: string('Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    quiet: bool('Suppress the load output', { short: 'q' }),
  },
  async run({ flags, client, io }) {
    if (flags.input === '' && io.stdin.isTerminal) {
      throw new CliError('requested load from stdin, but stdin is empty');
    }
    const archive = flags.input === '' ? io.stdin.chunks() : await readFileChunks(flags.input);
    const answer = await loadImages(client, archive, {
      quiet: flags.quiet || !io.stdout.isTerminal,
      platform: flags.platform,
    });
    await showMessages(answer, io.stdout);
    return 0;
  },
});
