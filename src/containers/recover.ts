import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { formatDate, formatNs, nowNs } from '../lib/timestamps.ts';
import type { ExitStatus } from '../runtime/runtime.ts';
import type { ContainersContext } from './context.ts';
import { durationOf, superviseExit } from './handle-exit.ts';
import { startingHealth, unwatchedHealth } from './health/health.ts';
import { reconcileNetworks } from './networks/reconcile-networks.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { removeLocked } from './remove.ts';
import { goOn } from './stand-still.ts';
import { releaseFiles } from './tear-down.ts';

/** Docker's code for a container whose end nobody has seen. */
const UNKNOWN_EXIT_CODE = 255;

/**
 * Compares every record with what is on the host, before anything is served. Containers that run are adopted: from here
 * on their exits are handled. Those that ended without a daemon get their real exit code and time; of those that left
 * nothing (a reboot, a killed monitor) the code is 255, with the reason as their error. Starts and removals that a crash
 * cut short are taken back or finished; writable layers and folders without a record go.
 * @returns the containers that run; the caller sweeps what others use. `finish` then removes what is to go.
 */
export async function recoverContainers(context: ContainersContext): Promise<{
  readonly running: ReadonlySet<ContainerId>;
  readonly finish: () => Promise<void>;
}> {
  const { store } = context;
  await Promise.all(store.all().map((record) => compare(context, record)));
  const running = new Set(
    store
      .all()
      .filter(isRunning)
      .map(({ id }) => id),
  );
  return { running, finish: () => finish(context, running) };
}

async function compare(context: ContainersContext, record: ContainerRecord): Promise<void> {
  const { id, state } = record;
  if (!isRunning(record) && state.starting === '') return;
  const found = await context.runtime.inspect(id);
  if (found.status === 'running') return adopt(context, record, found);
  if (found.status === 'exited' && found.exit !== undefined) return ended(context, record, found.exit);
  // There was nothing left of it: it waited for its restart, or its restart had not got as far as a process.
  if (state.status === 'restarting') return void context.store.updateState(id, { status: 'exited', starting: '' });
  if (isRunning(record)) return lost(context, record);
  // Not let go yet, or failed before its answer: as if the start had not been asked for.
  context.store.updateState(id, { starting: '' });
}

function adopt(
  context: ContainersContext,
  record: ContainerRecord,
  { pid, paused = false }: { readonly pid?: number; readonly paused?: boolean },
): void {
  const { state } = record;
  context.store.update(record.id, {
    hasBeenStartedBefore: true,
    ...(state.starting === '' ? {} : { hasBeenManuallyStopped: false }),
    state: {
      ...state,
      status: paused ? 'paused' : 'running',
      standsStill: paused && state.standsStill === true,
      health: state.starting === '' ? state.health : startingHealth(record.config, state.health),
      starting: '',
      pid: pid ?? state.pid,
      startedAt: state.starting || state.startedAt,
      ...(state.starting === '' ? {} : { exitCode: 0, error: '' }),
    },
  });
}

function ended(context: ContainersContext, record: ContainerRecord, exit: ExitStatus): void {
  const { id, state } = record;
  const startedAt = state.starting || state.startedAt;
  const updated = context.store.update(id, {
    hasBeenStartedBefore: true,
    ...(state.starting === '' ? {} : { hasBeenManuallyStopped: false }),
    state: {
      status: 'exited',
      starting: '',
      pid: 0,
      exitCode: exit.exitCode,
      error: '',
      oomKilled: exit.oomKilled,
      health: unwatchedHealth(state.health),
      startedAt,
      finishedAt: formatDate(exit.finishedAt),
    },
  });
  publish(context, updated, 'die', { execDuration: durationOf(updated), exitCode: String(exit.exitCode) });
}

function lost(context: ContainersContext, record: ContainerRecord): void {
  const updated = context.store.updateState(record.id, {
    status: 'exited',
    starting: '',
    pid: 0,
    exitCode: UNKNOWN_EXIT_CODE,
    health: unwatchedHealth(record.state.health),
    error: 'the container ended while no daemon ran, and its monitor left no exit status',
    finishedAt: formatNs(nowNs()),
  });
  publish(context, updated, 'die', {
    execDuration: durationOf(updated),
    exitCode: String(UNKNOWN_EXIT_CODE),
  });
}

async function finish(context: ContainersContext, running: ReadonlySet<ContainerId>): Promise<void> {
  const { store, layers, locks, health, options } = context;
  const known = new Set(store.all().map(({ id }) => id));
  const imageLayers = store.all().flatMap(({ mounts }) => mounts.map(({ layer }) => layer));
  await Promise.all([layers.sweep(new Set([...known, ...imageLayers])), removeFoldersBut(options.directory, known)]);
  for (const id of running) {
    superviseExit(context, id);
    health.begin(id);
    await locks.run(id, () => reconcileNetworks(context, id));
    await goOn(context, id).catch((error: unknown) => options.logError(`container ${id} stands still`, error));
  }
  for (const record of store.all()) {
    const { id, state } = record;
    if (running.has(id)) continue;
    const goes = state.status === 'removing' || (record.hostConfig.AutoRemove && state.status === 'exited');
    try {
      await locks.run(id, () =>
        goes ? removeLocked(context, id, { volumes: state.removesVolumes === true }) : releaseFiles(context, id),
      );
    } catch (error) {
      options.logError(`container ${id} could not be brought in order`, error);
    }
  }
}

async function removeFoldersBut(directory: string, known: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!known.has(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}
