import { mkdir, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { identify } from '../sys/processes/process-identity.ts';
import { findExecutable } from './find-executable.ts';
import { monitorArguments } from './monitor/monitor-arguments.ts';
import { writeRecord } from './monitor/monitor-record.ts';
import { spawnMonitor } from './monitor/spawn-monitor.ts';
import type { OciSpec } from './oci-spec.ts';
import { removeContainer } from './remove.ts';
import type { CreateRequest } from './runtime.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { processNotStarted } from './runtime-errors.ts';
import { mountSharedMemory } from './shared-memory.ts';

/** See `Runtime.create`. */
export async function createContainer(
  context: RuntimeContext,
  request: CreateRequest,
): Promise<{ readonly pid: number; readonly monitorPid: number }> {
  const { id } = request;
  const paths = context.paths.container(id);
  const ociRuntime = findExecutable(request.ociRuntime);
  const spec = context.seccompFilters.apply(request.spec, ociRuntime);
  await makeBundle(context, id, spec);
  try {
    if (request.sharedMemoryBytes !== undefined) await mountSharedMemory(context, id, request.sharedMemoryBytes);
    const result = await spawnMonitor({
      syscalls: context.syscalls,
      args: monitorArguments({
        ...request,
        containerId: id,
        uniqueId: id,
        paths,
        ociRuntime: context.sealedRuntimes.pathOf(ociRuntime),
        ociRoot: context.paths.ociRoot,
      }),
      directory: paths.directory,
      pidFile: paths.monitorPidFile,
      runtimeLog: paths.runtimeLog,
      temporary: context.paths.temporary,
      keepOpen: request.keepOpen ?? [],
    });
    if (result.kind === 'failed') {
      throw processNotStarted('create', basename(ociRuntime), spec.process.args[0] ?? '', result.message);
    }
    writeRecord(paths, {
      monitor: result.monitor,
      process: identify(result.pid) ?? null,
      ociRuntime,
      cgroupsPath: spec.linux.cgroupsPath,
      terminal: request.terminal,
      stdin: request.stdin,
      stdinOnce: request.stdinOnce,
    });
    await context.seccompFilters.learn(spec, ociRuntime, context.paths.ociRoot, id);
    return { pid: result.pid, monitorPid: result.monitor.pid };
  } catch (error) {
    await removeContainer(context, id).catch((cleanup: unknown) => {
      throw new AggregateError([error, cleanup], `container ${id} could neither be created nor cleaned up`);
    });
    throw error;
  }
}

/** What an earlier run of the same container left is removed first. */
async function makeBundle(context: RuntimeContext, id: ContainerId, spec: OciSpec): Promise<void> {
  const { directory, config } = context.paths.container(id);
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    await removeContainer(context, id);
    await mkdir(directory, { mode: 0o700 });
  }
  await writeFile(config, JSON.stringify(spec));
}
