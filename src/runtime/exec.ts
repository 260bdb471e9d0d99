import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { EngineError, internalError } from '../errors/engine-error.ts';
import type { ContainerId, ExecId } from '../lib/ids.ts';
import { identify, isAlive } from '../sys/processes/process-identity.ts';
import { signalProcess } from '../sys/processes/signal-process.ts';
import { findExecutable } from './find-executable.ts';
import { monitorArguments } from './monitor/monitor-arguments.ts';
import { readRecord, writeRecord } from './monitor/monitor-record.ts';
import { openMonitorStream } from './monitor/monitor-stream.ts';
import { spawnMonitor } from './monitor/spawn-monitor.ts';
import { requireRecord } from './require-record.ts';
import type { ExecRequest, ExitStatus, MonitorStream } from './runtime.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { processNotStarted } from './runtime-errors.ts';

const SIGKILL = 9;
/** Each waits 100 ms longer than the one before. */
const REMOVE_ATTEMPTS = 5;

/** See `Runtime.exec`. */
export async function execInContainer(
  context: RuntimeContext,
  request: ExecRequest,
): Promise<{ readonly pid: number; readonly stream: MonitorStream }> {
  const { id, execId, process: specification } = request;
  specification.catch(() => undefined); // it is waited for below, unless something else fails before
  const container = requireRecord(context, id);
  if (container.process === null || !isAlive(container.process)) throw notRunning(id);
  const ociRuntime = findExecutable(request.ociRuntime);
  const paths = context.paths.exec(id, execId);
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 });

  const ready = specification.then((process) => writeFileSync(paths.process, JSON.stringify(process)));
  ready.catch(() => undefined); // the same
  const monitorEnded = Promise.withResolvers<unknown>();
  let stream: MonitorStream | undefined;
  try {
    const result = await spawnMonitor({
      syscalls: context.syscalls,
      args: monitorArguments({
        ...request,
        containerId: id,
        uniqueId: execId,
        paths,
        ociRuntime: context.sealedRuntimes.pathOf(ociRuntime),
        ociRoot: context.paths.ociRoot,
        logPath: undefined,
        processSpec: paths.process,
      }),
      directory: paths.directory,
      pidFile: paths.monitorPidFile,
      runtimeLog: paths.runtimeLog,
      temporary: context.paths.temporary,
      ready,
      beforeStart: async () => {
        stream = openMonitorStream(context, paths, request, monitorEnded.promise);
      },
    });
    if (result.kind === 'failed') {
      throw processNotStarted('exec', basename(ociRuntime), (await specification).args[0] ?? '', result.message);
    }
    if (stream === undefined) throw internalError('conmon offered no connection to the exec');
    const { terminal, stdin, stdinOnce } = request;
    const process = identify(result.pid) ?? null;
    const record = { monitor: result.monitor, process, ociRuntime, cgroupsPath: '', terminal, stdin, stdinOnce };
    writeRecord(paths, record);
    monitorEnded.resolve(context.monitors.exit(paths, record));
    return { pid: result.pid, stream };
  } catch (error) {
    stream?.close();
    monitorEnded.resolve(undefined);
    await removeFolder(paths.directory);
    throw error;
  }
}

/** @throws not_found when there is no such exec any more. */
export async function waitForExec(context: RuntimeContext, id: ContainerId, execId: ExecId): Promise<ExitStatus> {
  const paths = context.paths.exec(id, execId);
  const record = readRecord(paths);
  if (record === undefined) throw new EngineError('not_found', `No such exec instance: ${execId}`);
  return context.monitors.exit(paths, record);
}

/** Ends it when it runs, and removes its files. Idempotent. */
export async function deleteExec(context: RuntimeContext, id: ContainerId, execId: ExecId): Promise<void> {
  const paths = context.paths.exec(id, execId);
  const record = readRecord(paths);
  if (record !== undefined) {
    if (record.process !== null) signalProcess(context.syscalls, record.process, SIGKILL);
    await context.monitors.exit(paths, record);
  }
  await removeFolder(paths.directory);
}

/** A monitor that no record tells of, or that was killed just now, may still be making a file in it. */
async function removeFolder(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: REMOVE_ATTEMPTS });
}

function notRunning(id: ContainerId): EngineError {
  return new EngineError('conflict', `container ${id} is not running`);
}
