import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { string } from '../flags/kinds.ts';
import { createFromRequest, DOCKER_FAILED, parsePullPolicy, requestFor, withHelp } from './create-container.ts';
import { createFlags } from './create-options/flags.ts';

export const command = defineCommand({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  args: atLeast(1),
  interspersed: false,
  flags: {
    ...createFlags,
    pull: string('Pull image before creating ("always", "|missing", "never")', { initial: 'missing' }),
  },
  async run(context) {
    let pull: ReturnType<typeof parsePullPolicy>;
    try {
      pull = parsePullPolicy(context.flags.pull);
    } catch (error) {
      throw withHelp(error, context.programName, 'create', DOCKER_FAILED);
    }
    const id = await createFromRequest(context, requestFor(context, 'create'), pull);
    await context.io.stdout.write(`${id}\n`);
    return 0;
  },
});
