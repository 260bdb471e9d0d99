import { renameContainer } from '../../client/container-list.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';

export const command = defineCommand({
  usage: 'CONTAINER NEW_NAME',
  args: exactly(2),
  flags: {},
  async run({ args, client, io }) {
    const [container = '', name = ''] = args.map((argument) => argument.trim());
    if (container === '' || name === '') throw new CliError('Error: Neither old nor new names may be empty');
    try {
      await renameContainer(client, container, name);
      return 0;
    } catch (error) {
      await io.stderr.write(`${describe(error)}\n`);
      throw new CliError(`Error: failed to rename container named ${container}`, 1, { cause: error });
    }
  },
});
