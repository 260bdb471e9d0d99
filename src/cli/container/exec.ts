import { startExecAttached } from '../../client/attach.ts';
import { inspectContainer } from '../../client/containers.ts';
import { createExec, inspectExec, resizeExec, startExecDetached } from '../../client/execs.ts';
import { atLeast } from '../arguments.ts';
import { followSize } from '../attach/follow-size.ts';
import { runSession } from '../attach/session.ts';
import { surviveTerminations } from '../attach/signal-proxy.ts';
import { type Context, defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, list, parsedList, string } from '../flags/kinds.ts';
import { readKeyValueFiles } from './create-options/key-value-files.ts';
import { environment } from './create-options/validate.ts';

const flags = {
  detach: bool('Detached mode: run command in the background', { short: 'd' }),
  'detach-keys': string('Override the key sequence for detaching a container'),
  env: parsedList('Set environment variables', environment, { short: 'e' }),
  'env-file': list('Read in a file of environment variables'),
  interactive: bool('Keep STDIN open even if not attached', { short: 'i' }),
  privileged: bool('Give extended privileges to the command'),
  tty: bool('Allocate a pseudo-TTY', { short: 't' }),
  user: string('Username or UID (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
  workdir: string('Working directory inside the container', { short: 'w' }),
};

type ExecContext = Context<typeof flags>;

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  args: atLeast(2),
  interspersed: false,
  flags,
  async run(context) {
    const { client, flags: given, io } = context;
    const [container = ''] = context.args;
    const body = execRequest(context);
    // What is wrong with the container is said before what is wrong with the terminal, which costs a request only then.
    if (!given.detach && given.tty && given.interactive && !io.stdin.isTerminal) {
      await inspectContainer(client, container);
      throw new CliError('the input device is not a TTY');
    }
    const id = await createExec(client, container, body);
    const start = { Detach: given.detach, Tty: given.tty, ...consoleSize(context) };
    if (!given.detach) return await runInteractive(context, id, start);
    await startExecDetached(client, id, start);
    return 0;
  },
});

function execRequest(context: ExecContext) {
  const { flags: given, args, config } = context;
  const fromFiles = readKeyValueFiles(given['env-file'], (name) => process.env[name]);
  const env = [...fromFiles, ...given.env];
  const attach = !given.detach;
  const detachKeys = given['detach-keys'] || (config.detachKeys ?? '');
  return {
    User: given.user,
    Privileged: given.privileged,
    Tty: given.tty,
    ...consoleSize(context),
    AttachStdin: attach && given.interactive,
    AttachStderr: attach,
    AttachStdout: attach,
    Detach: given.detach,
    DetachKeys: detachKeys,
    Env: env.length === 0 ? null : env,
    WorkingDir: given.workdir,
    Cmd: args.slice(1),
  };
}

function consoleSize({ flags: given, io }: ExecContext): { ConsoleSize?: readonly [number, number] } {
  return given.tty ? { ConsoleSize: [io.stdout.rows ?? 0, io.stdout.columns ?? 0] } : {};
}

async function runInteractive(context: ExecContext, id: string, start: object): Promise<number> {
  const { client, io, config, flags: given } = context;
  const detachKeys = given['detach-keys'] || (config.detachKeys ?? '');
  const stopSurviving = surviveTerminations(io.stderr);
  const attached = await startExecAttached(client, id, start, given.interactive);
  const resize = (rows: number, columns: number): Promise<void> => resizeExec(client, id, rows, columns);
  const stopFollowing = given.tty && io.stdin.isTerminal ? followSize(io.stdout, resize) : () => undefined;
  try {
    const session = { stdin: given.interactive, stdout: true, stderr: true, tty: given.tty, detachKeys };
    if ((await runSession(attached, io, session)) === 'detached') throw new CliError('read escape sequence');
  } finally {
    stopFollowing();
    stopSurviving();
  }
  return (await inspectExec(client, id)).ExitCode ?? 0;
}
