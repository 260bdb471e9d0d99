import { startContainer } from '../../client/containers.ts';
import { atLeast } from '../arguments.ts';
import { followContainer } from '../attach/follow-container.ts';
import { type Context, defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import {
  createFromRequest,
  DOCKER_FAILED,
  type PullPolicy,
  parsePullPolicy,
  requestFor,
  withHelp,
} from './create-container.ts';
import type { CreateRequest } from './create-options/create-request.ts';
import { createFlags } from './create-options/flags.ts';

const flags = {
  ...createFlags,
  detach: bool('Run container in background and print container ID', { short: 'd' }),
  'detach-keys': string('Override the key sequence for detaching a container'),
  pull: string('Pull image before running ("always", "missing", "never")', { initial: 'missing' }),
  'sig-proxy': bool('Proxy received signals to the process', { initial: true }),
};

type RunContext = Context<typeof flags>;

export const command = defineCommand({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  args: atLeast(1),
  interspersed: false,
  flags,
  async run(context) {
    let pull: PullPolicy;
    try {
      pull = parsePullPolicy(context.flags.pull);
    } catch (error) {
      throw withHelp(error, context.programName, 'run', DOCKER_FAILED);
    }
    const request = requestFor(context, 'run');
    prepareStreams(context, request);
    let id: string;
    try {
      id = await createFromRequest(context, request, pull);
    } catch (error) {
      throw failedToRun(error, context);
    }
    return context.flags.detach ? await runDetached(context, id) : await runAttached(context, id, request);
  },
});

/** Refuses a terminal that is none, and detaches the request's streams for `--detach`. */
function prepareStreams({ flags, io }: RunContext, request: CreateRequest): void {
  if (!flags.detach) {
    if (request.Tty && request.AttachStdin && !io.stdin.isTerminal) {
      throw new CliError('the input device is not a TTY');
    }
    return;
  }
  if (flags.attach.length > 0) throw new CliError('conflicting options: cannot specify both --attach and --detach');
  Object.assign(request, { AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false });
}

async function runDetached(context: RunContext, id: string): Promise<number> {
  await context.io.stdout.write(`${id}\n`);
  await startOrExplain(context, id);
  return 0;
}

async function runAttached(context: RunContext, id: string, request: CreateRequest): Promise<number> {
  const { client, io, flags, config } = context;
  const end = await followContainer(client, io, {
    id,
    tty: request.Tty,
    streams: { stdin: request.AttachStdin, stdout: request.AttachStdout, stderr: request.AttachStderr },
    detachKeys: flags['detach-keys'] || (config.detachKeys ?? ''),
    forwardSignals: flags['sig-proxy'],
    until: flags.rm ? 'removed' : 'next-exit',
    start: () => startOrExplain(context, id),
  });
  return end === 'detached' ? 0 : end;
}

async function startOrExplain(context: RunContext, id: string): Promise<void> {
  try {
    await startContainer(context.client, id);
  } catch (error) {
    throw failedToRun(error, context);
  }
}

/** The exit codes that shells give for a command that cannot be found or executed are read from the daemon's text. */
function failedToRun(error: unknown, context: RunContext): CliError {
  const text = error instanceof Error ? error.message : String(error);
  return withHelp(error, context.programName, 'run', exitCodeFor(text));
}

function exitCodeFor(text: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file specified/.test(text))
    return 127;
  if (/permission denied|is a directory/.test(text)) return 126;
  return DOCKER_FAILED;
}
