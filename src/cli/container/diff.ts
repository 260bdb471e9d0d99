import { containerChanges } from '../../client/container-files.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';

const LETTERS = ['C', 'A', 'D'];

export const command = defineCommand({
  usage: 'CONTAINER',
  args: exactly(1),
  flags: {},
  async run({ args: [container = ''], client, io }) {
    const changes = await containerChanges(client, container);
    await io.stdout.write(changes.map(({ Kind, Path }) => `${LETTERS[Kind] ?? ''} ${Path}\n`).join(''));
    return 0;
  },
});
