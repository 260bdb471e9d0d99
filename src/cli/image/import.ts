import { importImage } from '../../client/images.ts';
import { parseReference } from '../../lib/image-reference.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { list, string } from '../flags/kinds.ts';
import { readFileChunks } from '../io/read-file.ts';
import { showMessages } from '../io/show-messages.ts';

export const command = defineCommand({
  usage: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  args: atLeast(1),
  flags: {
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: string('Set commit message for imported image', { short: 'm' }),
    platform: string('Set platform if server is multi-platform capable'),
  },
  async run({ flags, args: [source = '', repository = ''], client, io }) {
    if (repository !== '') parseReference(repository);
    const isUrl = /^https?:\/\//.test(source);
    const body = isUrl ? undefined : source === '-' ? io.stdin.chunks() : await readFileChunks(source);
    const answer = await importImage(client, {
      fromSrc: isUrl ? source : '-',
      repo: repository,
      tag: '',
      message: flags.message,
      changes: flags.change,
      platform: flags.platform,
      ...(body === undefined ? {} : { body }),
    });
    await showMessages(answer, io.stdout);
    return 0;
  },
});
