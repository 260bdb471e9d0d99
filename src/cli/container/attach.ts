import { attachContainer } from '../../client/attach.ts';
import { type ContainerState, inspectContainer, killContainer, resizeContainer } from '../../client/containers.ts';
import { waitForContainer } from '../../client/wait.ts';
import { exactly } from '../arguments.ts';
import { followSize } from '../attach/follow-size.ts';
import { runSession } from '../attach/session.ts';
import { forwardSignals, surviveTerminations } from '../attach/signal-proxy.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: {
    'detach-keys': string('Override the key sequence for detaching a container'),
    'no-stdin': bool('Do not attach STDIN'),
    'sig-proxy': bool('Proxy all received signals to the process', { initial: true }),
  },
  async run({ flags, args, client, io, config }) {
    const [name = ''] = args;
    const container = await inspectContainer(client, name);
    refuseInactive(container);
    const tty = container.Config.Tty;
    const stdin = !flags['no-stdin'] && container.Config.OpenStdin;
    if (tty && stdin && !io.stdin.isTerminal) throw new CliError('the input device is not a TTY');
    const detachKeys = flags['detach-keys'] || (config.detachKeys ?? '');
    const stopSurviving = surviveTerminations(io.stderr);
    const stopForwarding =
      flags['sig-proxy'] && !tty
        ? forwardSignals((signal) => killContainer(client, container.Id, signal))
        : () => undefined;
    const streams = { stdin, stdout: true, stderr: true };
    const waiting = await waitForContainer(client, container.Id, 'not-running');
    const attached = await attachContainer(client, container.Id, { ...streams, detachKeys });
    const resize = (rows: number, columns: number): Promise<void> =>
      resizeContainer(client, container.Id, rows, columns);
    const stopFollowing = tty && io.stdout.isTerminal ? redrawAndFollow(io.stdout, resize) : () => undefined;
    try {
      const end = await runSession(attached, io, { ...streams, tty, detachKeys });
      if (end === 'detached') throw new CliError('read escape sequence');
      return await waiting.exitCode;
    } finally {
      stopFollowing();
      stopForwarding();
      stopSurviving();
    }
  },
});

function refuseInactive({ State }: ContainerState): void {
  if (!State.Running) throw new CliError('You cannot attach to a stopped container, start it first');
  if (State.Paused) throw new CliError('You cannot attach to a paused container, unpause it first');
  if (State.Restarting) throw new CliError('You cannot attach to a restarting container, wait until it is running');
}

/** A program that draws on the screen does so again when the size changes: so it is wrong for a moment. */
function redrawAndFollow(...[output, resize]: Parameters<typeof followSize>): () => void {
  let first = true;
  return followSize(output, async (rows, columns) => {
    if (first) await resize(rows + 1, columns + 1);
    first = false;
    await resize(rows, columns);
  });
}
