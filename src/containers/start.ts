import { containerNotModified } from '../errors/containers.ts';
import { EngineError, messageOf } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import { makeMountTargets } from '../runtime/rootfs/mount-targets.ts';
import { makeWorkingDirectory } from '../runtime/rootfs/working-directory.ts';
import { checkStart } from './check-start.ts';
import type { ContainersContext } from './context.ts';
import { superviseExit } from './handle-exit.ts';
import { startingHealth } from './health/health.ts';
import { logOf } from './logs/log-options.ts';
import { type AttachedMounts, attachMounts } from './mounts/attach-mounts.ts';
import { enterNetwork } from './networks/enter-network.ts';
import { updateLinkedHosts } from './networks/update-linked-hosts.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { removeLocked } from './remove.ts';
import { buildSpec } from './spec/build-spec.ts';
import { tearDown } from './tear-down.ts';

/**
 * Runs a container's process. Steps that need nothing of each other run side by side.
 *
 * What a crash leaves: before `starting` is committed, mounts and an address that recovery takes back; after it, a
 * monitor that recovery asks. A process that runs is adopted with the time of this start, one that was not let go yet
 * is removed, and the container is as before.
 * @throws not_found, not_modified when it runs, conflict, invalid_argument when its command cannot run.
 */
export async function startContainer(context: ContainersContext, ref: string): Promise<void> {
  const { id } = context.store.resolve(ref);
  await context.locks.run(id, () => startLocked(context, id));
}

/** The caller holds the container's lock. */
export async function startLocked(context: ContainersContext, id: ContainerId): Promise<void> {
  const record = context.store.get(id);
  const { status } = record.state;
  if (status === 'paused') throw new EngineError('conflict', 'cannot start a paused container, try unpause instead');
  if (isRunning(record)) throw containerNotModified(`container ${id} is running`);
  if (status === 'removing' || status === 'dead') {
    throw new EngineError('conflict', 'container is marked for removal and cannot be started');
  }
  context.restarts.forget(id);
  await launchLocked(context, record, { hasBeenManuallyStopped: false, restartCount: 0 });
}

/**
 * The start as such, of a container that does not run or waits for its restart; `counters` are committed with it. The
 * caller holds the container's lock.
 */
export async function launchLocked(
  context: ContainersContext,
  record: ContainerRecord,
  counters: Partial<Pick<ContainerRecord, 'hasBeenManuallyStopped' | 'restartCount'>> = {},
): Promise<void> {
  const { id } = record;
  try {
    await run(context, record, counters);
  } catch (error) {
    throw await undo(context, id, error);
  }
  superviseExit(context, id);
  await updateLinkedHosts(context, id);
  context.health.begin(id);
  publish(context, context.store.get(id), 'start');
}

async function run(
  context: ContainersContext,
  record: ContainerRecord,
  counters: Partial<ContainerRecord>,
): Promise<void> {
  const attached = await attachMounts(context, record);
  try {
    await runWith(context, record, counters, attached);
  } finally {
    await attached.close();
  }
}

async function runWith(
  context: ContainersContext,
  record: ContainerRecord,
  counters: Partial<ContainerRecord>,
  attached: AttachedMounts,
): Promise<void> {
  const { store, runtime, network, layers, options } = context;
  const { id, config, hostConfig } = record;
  runtime.anticipate();
  checkStart(context, record);
  const [rootfs, { namespace, places, identity }] = await Promise.all([
    layers.mountWritable(id, { volatile: hostConfig.AutoRemove }),
    enterNetwork(context, record),
  ]);
  await makeMountTargets(rootfs, attached.mounts);
  if (config.WorkingDir !== '') await makeWorkingDirectory(rootfs, config.WorkingDir);
  const named = { ...record, config: { ...config, ...identity } };
  const spec = await buildSpec(context, named, { rootfs, namespace, attached });
  store.update(id, { ...places, config: named.config, state: { ...record.state, starting: formatNs(nowNs()) } });
  const [{ pid }] = await Promise.all([
    runtime.create({
      keepOpen: network.portSockets(id),
      id,
      spec,
      terminal: config.Tty,
      stdin: config.OpenStdin,
      stdinOnce: config.StdinOnce,
      ...logOf(context, record),
      ...(hostConfig.IpcMode === 'shareable' ? { sharedMemoryBytes: hostConfig.ShmSize } : {}),
      ociRuntime: options.ociRuntimes.get(hostConfig.Runtime) ?? hostConfig.Runtime,
    }),
    network.connect(id, hostConfig.Dns ?? []),
  ]);
  network.closePortSockets(id);
  await context.attachments.connect(id);
  const startedAt = formatNs(nowNs());
  await runtime.start(id);
  store.update(id, {
    hasBeenStartedBefore: true,
    ...counters,
    state: {
      status: 'running',
      starting: '',
      pid,
      exitCode: 0,
      error: '',
      oomKilled: false,
      startedAt,
      finishedAt: record.state.finishedAt,
      health: startingHealth(config, record.state.health),
    },
  });
}

/**
 * Takes a failed start back, and returns the error to report. An AutoRemove container goes, as with Docker; who waits for
 * the next exit goes on waiting, since there was none.
 */
async function undo(context: ContainersContext, id: ContainerId, cause: unknown): Promise<unknown> {
  const { store } = context;
  const failures: unknown[] = [cause];
  const message = messageOf(cause);
  store.updateState(id, { starting: '', error: message, exitCode: exitCodeOf(message) });
  await tearDown(context, id).catch((error: unknown) => failures.push(error));
  context.attachments.release(id);
  if (store.get(id).hostConfig.AutoRemove) {
    await removeLocked(context, id).catch((error: unknown) => failures.push(error));
  }
  return failures.length === 1 ? cause : new AggregateError(failures, message);
}

/** As shells have it, and Docker: 127 for a command that is not there, 126 for one that cannot be run. */
export function exitCodeOf(message: string): number {
  if (/executable file not found|no such file or directory/.test(message)) return 127;
  if (/permission denied|is a directory/.test(message)) return 126;
  return 128;
}
