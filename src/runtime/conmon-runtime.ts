import type { ContainerId, ExecId } from '../lib/ids.ts';
import { type ContainerUsage, readContainerUsage } from '../sys/cgroups/container-usage.ts';
import { isAlive } from '../sys/processes/process-identity.ts';
import { createContainer } from './create.ts';
import { deleteExec, waitForExec } from './exec.ts';
import { inspectContainer } from './inspect.ts';
import { killContainer } from './kill.ts';
import { killExec } from './kill-exec.ts';
import { readRecord } from './monitor/monitor-record.ts';
import { attachToMonitor } from './monitor/monitor-stream.ts';
import { pauseContainer, resumeContainer } from './pause.ts';
import { PreparedExecs } from './prepared-execs.ts';
import { removeContainer } from './remove.ts';
import { reopenLog } from './reopen-log.ts';
import { requireRecord } from './require-record.ts';
import { resizeTerminal } from './resize.ts';
import type { CreateRequest, ExecAnnouncement, ExecRequest, ExitStatus, MonitorStream, Runtime } from './runtime.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { startContainer } from './start.ts';
import { sweepContainers } from './sweep.ts';
import { updateContainer } from './update.ts';
import { watchOom } from './watch-oom.ts';

/** Nothing is on this host of the container that was asked for: a reboot took it. Docker says 255 then, too. */
const LOST = 255;

/** The runtime with conmon as monitor and any OCI runtime below it. It holds no state that must outlive it. */
export class ConmonRuntime implements Runtime {
  readonly #context: RuntimeContext;
  readonly #preparedExecs: PreparedExecs;

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#preparedExecs = new PreparedExecs(context);
  }

  anticipate(): void {
    this.#context.migration.anticipate();
  }

  anticipateExec(announcement: ExecAnnouncement): ExecId {
    this.anticipate();
    return this.#preparedExecs.announce(announcement);
  }

  create(request: CreateRequest): ReturnType<Runtime['create']> {
    this.anticipate();
    return createContainer(this.#context, request);
  }

  start(id: ContainerId): Promise<void> {
    return startContainer(this.#context, id);
  }

  kill(id: ContainerId, signal: number, all = false): Promise<void> {
    return killContainer(this.#context, id, signal, all);
  }

  async listProcesses(id: ContainerId): Promise<number[]> {
    const { cgroupsPath } = requireRecord(this.#context, id);
    return [...(await this.#context.cgroups.processes(cgroupsPath))].sort((a, b) => a - b);
  }

  async usage(id: ContainerId, { network }: { readonly network: boolean }): Promise<ContainerUsage | undefined> {
    const record = readRecord(this.#context.paths.container(id));
    if (record === undefined) return undefined;
    const { process, cgroupsPath } = record;
    // The number of one that has ended may be another's by now.
    const pid = network && process !== null && isAlive(process) ? process.pid : undefined;
    return readContainerUsage(this.#context.cgroups.hierarchies, cgroupsPath, pid);
  }

  pause(id: ContainerId): Promise<void> {
    return pauseContainer(this.#context, id);
  }

  update(id: ContainerId, resources: object): Promise<void> {
    return updateContainer(this.#context, id, resources);
  }

  resume(id: ContainerId): Promise<void> {
    return resumeContainer(this.#context, id);
  }

  async attach(id: ContainerId): Promise<MonitorStream> {
    const paths = this.#context.paths.container(id);
    const record = requireRecord(this.#context, id);
    return attachToMonitor(this.#context, paths, record, this.#context.monitors.exit(paths, record));
  }

  resize(id: ContainerId, size: { rows: number; columns: number }): Promise<void> {
    return resizeTerminal(this.#context.paths.container(id), size);
  }

  async delete(id: ContainerId): Promise<void> {
    await this.#preparedExecs.giveUp(id);
    await removeContainer(this.#context, id);
  }

  exec(request: ExecRequest): ReturnType<Runtime['exec']> {
    this.anticipate();
    return this.#preparedExecs.exec(request);
  }

  resizeExec(id: ContainerId, execId: ExecId, size: { rows: number; columns: number }): Promise<void> {
    return resizeTerminal(this.#context.paths.exec(id, execId), size);
  }

  waitExec(id: ContainerId, execId: ExecId): Promise<ExitStatus> {
    return waitForExec(this.#context, id, execId);
  }

  killExec(id: ContainerId, execId: ExecId): Promise<void> {
    return killExec(this.#context, id, execId);
  }

  deleteExec(id: ContainerId, execId: ExecId): Promise<void> {
    return deleteExec(this.#context, id, execId);
  }

  reopenLog(id: ContainerId): Promise<void> {
    return reopenLog(this.#context.paths.container(id));
  }

  onOutOfMemory(id: ContainerId, callback: () => void): () => void {
    return watchOom(this.#context, id, callback);
  }

  sharedMemoryOf(id: ContainerId): string {
    return this.#context.paths.container(id).sharedMemory;
  }

  async wait(id: ContainerId): Promise<ExitStatus> {
    const paths = this.#context.paths.container(id);
    const record = readRecord(paths);
    if (record === undefined) return { exitCode: LOST, oomKilled: false, finishedAt: new Date() };
    return this.#context.monitors.exit(paths, record);
  }

  inspect(id: ContainerId): ReturnType<Runtime['inspect']> {
    return inspectContainer(this.#context, id);
  }

  sweep(known: ReadonlySet<ContainerId>): Promise<void> {
    return sweepContainers(this.#context, known);
  }

  async close(): Promise<void> {
    await this.#preparedExecs.close();
    this.#context.monitors.unref();
    await this.#context.cgroups.removeIfEmpty(this.#context.cgroupParent);
  }
}
