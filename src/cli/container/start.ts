import { attachContainer } from '../../client/attach.ts';
import { inspectContainer, killContainer, resizeContainer, startContainer } from '../../client/containers.ts';
import { waitForContainer } from '../../client/wait.ts';
import { atLeast } from '../arguments.ts';
import { followSize } from '../attach/follow-size.ts';
import { runSession } from '../attach/session.ts';
import { forwardSignals, surviveTerminations } from '../attach/signal-proxy.ts';
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

/** Attaches and waits before the start, so that neither output nor exit can be missed. */
async function startAttached(
  { flags: given, client, io, config }: Context<typeof flags>,
  name: string,
): Promise<number> {
  const container = await inspectContainer(client, name);
  const { Id: id } = container;
  const tty = container.Config.Tty;
  const stopSurviving = surviveTerminations(io.stderr);
  const stopForwarding = tty ? () => undefined : forwardSignals((signal) => killContainer(client, id, signal));
  const detachKeys = given['detach-keys'] || (config.detachKeys ?? '');
  const streams = { stdin: container.Config.OpenStdin && given.interactive, stdout: true, stderr: true };
  const [attached, waiting] = await Promise.all([
    attachContainer(client, id, { ...streams, detachKeys }),
    waitForContainer(client, id, container.HostConfig.AutoRemove ? 'removed' : 'next-exit'),
  ]);
  const session = runSession(attached, io, { ...streams, tty, detachKeys });
  session.catch(() => undefined);
  try {
    await startContainer(client, id);
  } catch (error) {
    attached.close();
    await session.catch(() => undefined);
    throw error;
  }
  const resize = (rows: number, columns: number): Promise<void> => resizeContainer(client, id, rows, columns);
  const stopFollowing = tty && io.stdout.isTerminal ? followSize(io.stdout, resize) : () => undefined;
  try {
    return (await session) === 'detached' ? 0 : await waiting.exitCode;
  } finally {
    stopFollowing();
    stopForwarding();
    stopSurviving();
  }
}
