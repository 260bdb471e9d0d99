import type { ExecConfig } from '../../api-types/exec.ts';
import { containerIsPaused, containerIsRestarting, containerNotRunning } from '../../errors/containers.ts';
import { internalError, invalidArgument } from '../../errors/engine-error.ts';
import { type ExecId, randomId } from '../../lib/ids.ts';
import type { ExecAnnouncement } from '../../runtime/runtime.ts';
import type { ContainersContext } from '../context.ts';
import { publish } from '../publish.ts';
import { type ContainerRecord, isRunning } from '../record.ts';
import { parseDetachKeys } from '../streams/detach-keys.ts';
import { commandText } from './exec-command-text.ts';
import type { ExecSession } from './exec-sessions.ts';
import { lookAhead } from './look-ahead.ts';

/** @throws not_found, conflict when the container does not run, invalid_argument. */
export function createExec(context: ContainersContext, ref: string, config: ExecConfig): ExecId {
  if (config.Cmd === null || config.Cmd.length === 0) throw invalidArgument('No exec command specified');
  const record = context.store.resolve(ref);
  if (!isRunning(record)) throw containerNotRunning(record.id);
  requireUnfrozen(record, ref);
  // Docker answers this one by 500, and in other words than for attach.
  parseDetachKeys(config.DetachKeys, () => internalError(`Invalid escape keys (${config.DetachKeys}) provided`));
  const id = context.runtime.anticipateExec(announcementOf(context, record, config));
  addExec(context, record, config, { id, lookAhead: lookAhead(context, record, config) });
  return id;
}

/** What the runtime needs to know of it before it is started. */
export function announcementOf(
  { options }: ContainersContext,
  record: ContainerRecord,
  config: ExecConfig,
): ExecAnnouncement {
  const { Runtime: name } = record.hostConfig;
  return {
    id: record.id,
    ociRuntime: options.ociRuntimes.get(name) ?? name,
    terminal: config.Tty,
    stdin: config.AttachStdin,
    stdinOnce: true,
  };
}

/** An exec that is there, and has not been started. */
export function addExec(
  context: ContainersContext,
  record: ContainerRecord,
  config: ExecConfig,
  prepared: Pick<ExecSession, 'id' | 'lookAhead'> = { id: randomId<ExecId>() },
): ExecSession {
  const session: ExecSession = {
    ...prepared,
    containerId: record.id,
    config,
    started: false,
    running: false,
    exitCode: undefined,
    pid: 0,
  };
  context.execs.add(session);
  publish(context, record, `exec_create: ${commandText(config)}`, { execID: session.id });
  return session;
}

/** @throws conflict when the container is paused or waits to be restarted: nothing can begin in it. */
export function requireUnfrozen({ id, state }: ContainerRecord, ref: string = id): void {
  if (state.status === 'paused') throw containerIsPaused(ref);
  if (state.status === 'restarting') throw containerIsRestarting(id);
}
