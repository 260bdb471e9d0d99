import type { Duplex } from 'node:stream';
import { containerNotRunning, execAlreadyRan, execAlreadyRunning } from '../../errors/containers.ts';
import { isEngineError, messageOf } from '../../errors/engine-error.ts';
import type { MonitorStream } from '../../runtime/runtime.ts';
import type { Attachment } from '../attach.ts';
import type { ContainersContext } from '../context.ts';
import { publish } from '../publish.ts';
import { isRunning } from '../record.ts';
import { connectStreams } from '../streams/connect-streams.ts';
import { parseDetachKeys } from '../streams/detach-keys.ts';
import { writeFrame } from '../streams/output-frames.ts';
import { commandText } from './exec-command-text.ts';
import { announcementOf, requireUnfrozen } from './exec-create.ts';
import type { ExecSession } from './exec-sessions.ts';
import { type ConsoleSize, execProcess } from './look-ahead.ts';

const COULD_NOT_START = 126;
/** An exec's files are removed when its client has asked for the exit code: on a busy machine that one would wait. */
const LEAVE_FILES_MS = 100;

export interface ExecStartOptions {
  readonly consoleSize: ConsoleSize | undefined;
}

/** Runs it with nobody attached. Returns when it runs. @throws not_found, conflict, invalid_argument. */
export async function startExecDetached(
  context: ContainersContext,
  execId: string,
  options: ExecStartOptions,
): Promise<void> {
  const { stream } = await launchExec(context, context.execs.get(execId), options);
  stream.close();
}

/**
 * Runs it with a client attached from the first byte. As with Docker, what goes wrong after the response's head is
 * written to the client as output. @throws not_found, conflict when the container is paused or waits to be restarted.
 */
export function startExecAttached(context: ContainersContext, execId: string, options: ExecStartOptions): Attachment {
  const session = context.execs.get(execId);
  requireUnfrozen(context.store.get(session.containerId));
  const { config } = session;
  const multiplexed = !config.Tty;
  return {
    multiplexed,
    async serve(connection) {
      let launched: LaunchedExec;
      try {
        launched = await launchExec(context, session, options);
      } catch (error) {
        const text = Buffer.from(`${messageOf(error)}\r\n`);
        await writeFrame(connection, multiplexed ? 'stdout' : undefined, text);
        if (isEngineError(error)) return;
        throw error;
      }
      await converse(context, session, launched, connection);
    },
  };
}

export interface LaunchedExec {
  readonly stream: MonitorStream;
  /** Resolves when the session's end is recorded. */
  readonly ended: Promise<void>;
}

async function converse(
  context: ContainersContext,
  session: ExecSession,
  { stream, ended }: LaunchedExec,
  connection: Duplex,
): Promise<void> {
  const { config } = session;
  const end = await connectStreams(stream, {
    connection,
    multiplexed: !config.Tty,
    stdin: config.AttachStdin,
    stdout: config.AttachStdout,
    stderr: config.AttachStderr,
    closesStdin: true,
    detachKeys: parseDetachKeys(config.DetachKeys),
  });
  // The client asks for the exit code as soon as the connection closes.
  if (end === 'output ended') await ended;
  if (end === 'detached') report(context, session, 'exec_detach');
}

/** Starts an exec that has not been started. @throws as `startExecDetached`. */
export async function launchExec(
  context: ContainersContext,
  session: ExecSession,
  { consoleSize }: ExecStartOptions,
): Promise<LaunchedExec> {
  const { runtime, store, execs } = context;
  const { id, containerId, config } = session;
  if (session.exitCode !== undefined) throw execAlreadyRan(id);
  if (session.started) throw execAlreadyRunning(id);
  const record = store.get(containerId);
  if (!isRunning(record)) throw containerNotRunning(containerId);
  requireUnfrozen(record);
  session.started = true;
  report(context, session, `exec_start: ${commandText(config)}`);
  try {
    const { pid, stream } = await runtime.exec({
      ...announcementOf(context, record, config),
      execId: id,
      process: execProcess(context, record, session, consoleSize),
    });
    session.pid = pid;
    session.running = true;
    const ended = recordEnd(context, session);
    void ended.then(() => setTimeout(() => void removeFiles(context, session), LEAVE_FILES_MS).unref());
    return { stream, ended };
  } catch (error) {
    execs.ended(session, COULD_NOT_START);
    throw error;
  }
}

/** Whenever it comes. A failure is logged: the session then counts as ended without a known code. */
async function recordEnd(context: ContainersContext, session: ExecSession): Promise<void> {
  const { id, containerId } = session;
  const { runtime, execs, options } = context;
  try {
    const { exitCode } = await runtime.waitExec(containerId, id);
    execs.ended(session, exitCode);
    report(context, session, 'exec_die', { exitCode: String(exitCode) });
  } catch (error) {
    if (session.exitCode === undefined) execs.ended(session, COULD_NOT_START);
    options.logError(`after the end of exec ${id}`, error);
  }
}

/** Nobody waits for this. What fails here goes with the container. */
async function removeFiles({ runtime, options }: ContainersContext, { id, containerId }: ExecSession): Promise<void> {
  await runtime.deleteExec(containerId, id).catch((error: unknown) => {
    options.logError(`removing the files of exec ${id}`, error);
  });
}

/** The container may be gone by the time its exec ends. */
function report(
  context: ContainersContext,
  session: ExecSession,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const { id, containerId } = session;
  if (!context.store.has(containerId)) return;
  publish(context, context.store.get(containerId), action, { execID: id, ...attributes });
}
