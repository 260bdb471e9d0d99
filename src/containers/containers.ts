import { mkdir } from 'node:fs/promises';
import type { ContainerInspect, ContainerSummary, PruneResponse } from '../api-types/container.ts';
import type { ContainerUpdate, UpdateResponse } from '../api-types/container-update.ts';
import type { ExecConfig, ExecInspect } from '../api-types/exec.ts';
import type { Filters } from '../lib/filters.ts';
import type { ContainerId } from '../lib/ids.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import type { ExitStatus } from '../runtime/runtime.ts';
import { ContainersTable } from '../state/containers.ts';
import type { StateDatabase } from '../state/database.ts';
import type { EndpointSettings } from '../state/networks.ts';
import { type Attachment, type AttachOptions, attachToContainer } from './attach.ts';
import { ContainerFiles } from './container-files.ts';
import { ContainerStore } from './container-store.ts';
import type { ContainersContext, ContainersOptions } from './context.ts';
import type { CreateRequest } from './create/create-request.ts';
import { type Created, createContainer } from './create.ts';
import { createExec } from './exec/exec-create.ts';
import { inspectExec } from './exec/exec-inspect.ts';
import { resizeExec } from './exec/exec-resize.ts';
import { ExecSessions } from './exec/exec-sessions.ts';
import { type ExecStartOptions, startExecAttached, startExecDetached } from './exec/exec-start.ts';
import { type ExitOutcome, ExitWaiters } from './exit-waiters.ts';
import { checkHealth, nextProbeDelayMs } from './health/check-health.ts';
import { HealthMonitors } from './health/health-monitors.ts';
import { inspectContainer } from './inspect.ts';
import { killContainer } from './kill.ts';
import { type ListOptions, listContainers } from './list.ts';
import { type ContainerLogs, type LogsOptions, readContainerLogs } from './logs.ts';
import { containersUsingVolume } from './mounts/volumes-in-use.ts';
import { connectToNetwork } from './networks/connect-network.ts';
import { disconnectFromNetwork } from './networks/disconnect-network.ts';
import { pauseContainer } from './pause.ts';
import { pruneContainers } from './prune.ts';
import type { ContainerRecord } from './record.ts';
import { recoverContainers } from './recover.ts';
import { type RemoveOptions, removeContainer } from './remove.ts';
import { renameContainer } from './rename.ts';
import { resizeContainer } from './resize.ts';
import { restartContainer } from './restart.ts';
import { PendingRestarts } from './restart-policy/pending-restarts.ts';
import { restartDue, startByPolicy } from './restart-policy/restart-by-policy.ts';
import { runTransient, type TransientRun } from './run-transient.ts';
import { standStill } from './stand-still.ts';
import { startContainer } from './start.ts';
import { type StopOptions, stopContainer } from './stop.ts';
import { Attachments } from './streams/attachments.ts';
import { unpauseContainer } from './unpause.ts';
import { updateContainer } from './update.ts';
import { waitForContainer } from './wait.ts';

export type ContainersParts = Pick<
  ContainersContext,
  'runtime' | 'layers' | 'images' | 'network' | 'volumes' | 'logs' | 'events'
> & { readonly state: StateDatabase; readonly options: ContainersOptions };

/** The verbs on containers, bound to one engine. Each is in a file of its own, which says what it promises. */
export class Containers {
  readonly #context: ContainersContext;
  /** The verbs that look into containers and at their files. */
  readonly files: ContainerFiles;

  constructor(context: ContainersContext) {
    this.#context = context;
    this.files = new ContainerFiles(context);
  }

  create = (request: CreateRequest): Promise<Created> => createContainer(this.#context, request);
  start = (ref: string): Promise<void> => startContainer(this.#context, ref);
  stop = (ref: string, options: StopOptions): Promise<void> => stopContainer(this.#context, ref, options);
  restart = (ref: string, options: StopOptions): Promise<void> => restartContainer(this.#context, ref, options);
  pause = (ref: string): Promise<void> => pauseContainer(this.#context, ref);
  unpause = (ref: string): Promise<void> => unpauseContainer(this.#context, ref);
  /** @returns what lets them go on. */
  standStill = (ids: readonly ContainerId[]): Promise<() => Promise<void>> => standStill(this.#context, ids);
  kill = (ref: string, signal: string): Promise<void> => killContainer(this.#context, ref, signal);
  remove = (ref: string, options: RemoveOptions): Promise<void> => removeContainer(this.#context, ref, options);
  rename = (ref: string, name: string): Promise<void> => renameContainer(this.#context, ref, name);
  update = (ref: string, update: ContainerUpdate): Promise<UpdateResponse> =>
    updateContainer(this.#context, ref, update);
  resize = (ref: string, size: { rows: number; columns: number }): Promise<void> =>
    resizeContainer(this.#context, ref, size);
  wait = (ref: string, condition: string, signal: AbortSignal): { readonly outcome: Promise<ExitOutcome> } =>
    waitForContainer(this.#context, ref, condition, signal);
  attach = (ref: string, options: AttachOptions): Attachment => attachToContainer(this.#context, ref, options);
  logs = (ref: string, options: LogsOptions): ContainerLogs => readContainerLogs(this.#context, ref, options);
  /** Runs a process in a container that is in no list. */
  runTransient = (run: TransientRun): Promise<ExitStatus> => runTransient(this.#context, run);
  list = (options: ListOptions): Promise<ContainerSummary[]> => listContainers(this.#context, options);
  inspect = (ref: string, options: { readonly size: boolean }): Promise<ContainerInspect> =>
    inspectContainer(this.#context, ref, options);
  prune = (filters: Filters, untilNs: bigint | undefined): Promise<PruneResponse> =>
    pruneContainers(this.#context, filters, untilNs);

  createExec = (ref: string, config: ExecConfig): string => createExec(this.#context, ref, config);
  startExecDetached = (id: string, options: ExecStartOptions): Promise<void> =>
    startExecDetached(this.#context, id, options);
  startExecAttached = (id: string, options: ExecStartOptions): Attachment =>
    startExecAttached(this.#context, id, options);
  inspectExec = (id: string): ExecInspect => inspectExec(this.#context, id);
  resizeExec = (id: string, size: { rows: number; columns: number }): Promise<void> =>
    resizeExec(this.#context, id, size);

  connectToNetwork = (ref: string, network: string, settings: EndpointSettings): Promise<void> =>
    connectToNetwork(this.#context, ref, network, settings);
  disconnectFromNetwork = (ref: string, network: string, options: { readonly force: boolean }): Promise<void> =>
    disconnectFromNetwork(this.#context, ref, network, options);

  recover = (): ReturnType<typeof recoverContainers> => recoverContainers(this.#context);
  /** After `recover` and its `finish`. Never fails. */
  startByPolicy = (): Promise<void> => startByPolicy(this.#context);
  /** For the daemon's end: from now on nothing is started or checked by itself. */
  close = (): void => {
    this.#context.restarts.close();
    this.#context.health.close();
  };

  /** Undefined for an ID that no container has. */
  nameOf(id: string): string | undefined {
    const { store } = this.#context;
    return store.has(id as ContainerId) ? store.get(id as ContainerId).name : undefined;
  }
  /** @throws not_found, invalid_argument. */
  find = (ref: string): ContainerRecord => this.#context.store.resolve(ref);
  /** True for one that has processes which are not paused. */
  isRunning = (ref: string): boolean => this.#context.store.resolve(ref).state.status === 'running';
  /** IDs of all that a volume is for, running or not. */
  usingVolume = (name: string): readonly ContainerId[] => containersUsingVolume(this.#context.store.records(), name);
  /** Newest first. */
  records = (): readonly ContainerRecord[] => this.#context.store.all();
  /** IDs of all that have a record, running or not. */
  ids = (): ReadonlySet<ContainerId> => new Set(this.#context.store.all().map(({ id }) => id));
}

/** Reads the records and prepares the folder; nothing on the host changes before `recover`. */
export async function createContainers(parts: ContainersParts): Promise<Containers> {
  const { state, ...rest } = parts;
  await mkdir(parts.options.directory, { recursive: true, mode: 0o710 });
  const context: ContainersContext = {
    ...rest,
    store: new ContainerStore(new ContainersTable(state)),
    locks: new KeyedLock(),
    waiters: new ExitWaiters(),
    attachments: new Attachments(parts.runtime),
    execs: new ExecSessions(),
    restarting: new Set(),
    restarts: new PendingRestarts((id) => restartDue(context, id)),
    health: new HealthMonitors(
      (id) => nextProbeDelayMs(context, id),
      (id, signal) => checkHealth(context, id, signal),
    ),
  };
  return new Containers(context);
}
