import { commitContainer } from '../../client/container-files.ts';
import { fullName, parseReference } from '../../lib/image-reference.ts';
import type { Complaint } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { bool, list, string } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  args: oneOrTwo,
  flags: {
    author: string('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: string('Commit message', { short: 'm' }),
    pause: bool('Pause container during commit', { short: 'p', initial: true }),
  },
  async run({ flags, args: [container = '', name = ''], client, io }) {
    const reference = name === '' ? undefined : parseReference(name);
    const repo = reference === undefined ? '' : fullName({ ...reference, tag: undefined, digest: undefined });
    const id = await commitContainer(client, container, {
      repo,
      tag: reference === undefined ? '' : (reference.tag ?? 'latest'),
      author: flags.author,
      comment: flags.message,
      pause: flags.pause,
      changes: flags.change,
    });
    await io.stdout.write(`${id}\n`);
    return 0;
  },
});

function oneOrTwo(count: number): Complaint | undefined {
  if (count >= 1 && count <= 2) return undefined;
  return { text: 'requires at least 1 and at most 2 arguments', pointer: 'Run' };
}
