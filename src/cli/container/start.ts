import { inspectContainer, startContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { followContainer } from '../attach/follow-container.ts';
import { type Context, defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';

const flags = {
  attach: bool('Attach STDOUT/STDERR and forward signals', { short: 'a' }),
  'detach-keys': string('Override the key sequence for detaching a container'),
  interactive: bool("Attach container's STDIN", { short: 'i' }),
};

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags,
  async run(context) {
    const { attach, interactive } = context.flags;
    if (!attach && !interactive) return await startAll(context);
    if (context.args.length > 1) throw new CliError('you cannot start and attach multiple containers at once');
    return await startAttached(context, context.args[0] ?? '');
  },
});

async function startAll({ args, client, io }: Context<typeof flags>): Promise<number> {
  const failed: string[] = [];
  for (const container of args) {
    try {
      await startContainer(client, container);
      await io.stdout.write(`${container}\n`);
    } catch (error) {
      await io.stderr.write(`${describe(error)}\n`);
      failed.push(container);
    }
  }
  if (failed.length > 0) throw new CliError(`Error: failed to start containers: ${failed.join(', ')}`);
  return 0;
}

async function startAttached(context: Context<typeof flags>, name: string): Promise<number> {
  const { client, io, config, flags: given } = context;
  const { Id: id, Config, HostConfig } = await inspectContainer(client, name);
  const end = await followContainer(client, io, {
    id,
    tty: Config.Tty,
    streams: { stdin: Config.OpenStdin && given.interactive, stdout: true, stderr: true },
    detachKeys: given['detach-keys'] || (config.detachKeys ?? ''),
    forwardSignals: !Config.Tty,
    until: HostConfig.AutoRemove ? 'removed' : 'next-exit',
    start: () => startContainer(client, id),
  });
  return end === 'detached' ? 0 : end;
}
