import { type ContainerState, inspectContainer } from '../../client/containers.ts';
import { exactly } from '../arguments.ts';
import { followContainer } from '../attach/follow-container.ts';
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
    const end = await followContainer(client, io, {
      id: container.Id,
      tty,
      streams: { stdin, stdout: true, stderr: true },
      detachKeys: flags['detach-keys'] || (config.detachKeys ?? ''),
      forwardSignals: flags['sig-proxy'] && !tty,
      until: 'not-running',
      redraw: true,
    });
    if (end === 'detached') throw new CliError('read escape sequence');
    return end;
  },
});

function refuseInactive({ State }: ContainerState): void {
  if (!State.Running) throw new CliError('You cannot attach to a stopped container, start it first');
  if (State.Paused) throw new CliError('You cannot attach to a paused container, unpause it first');
  if (State.Restarting) throw new CliError('You cannot attach to a restarting container, wait until it is running');
}
