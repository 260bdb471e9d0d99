import { waitForContainer } from '../../client/wait.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { describe } from '../errors.ts';

export const command = defineCommand({
  usage: 'CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags: {},
  async run({ args, client, io }) {
    const failures: string[] = [];
    for (const container of args) {
      try {
        const { exitCode } = await waitForContainer(client, container, 'not-running');
        await io.stdout.write(`${await exitCode}\n`);
      } catch (error) {
        failures.push(describe(error));
      }
    }
    if (failures.length === 0) return 0;
    await io.stderr.write(`${failures.join('\n')}\n`);
    return 1;
  },
});
