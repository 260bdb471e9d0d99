import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { containerConfig } from '../api-types/container-config.ts';
import { type HostConfig, hostConfig as hostConfigShape } from '../api-types/host-config.ts';
import type { ImageId } from '../lib/digest.ts';
import { type ContainerId, shortId } from '../lib/ids.ts';
import { nowNs } from '../lib/timestamps.ts';
import type { OciMount, OciSpec } from '../runtime/oci-spec.ts';
import { makeWorkingDirectory } from '../runtime/rootfs/working-directory.ts';
import type { ExitStatus, MonitorStream } from '../runtime/runtime.ts';
import type { ContainersContext } from './context.ts';
import { checkHostConfig } from './create/check-host-config.ts';
import { defaultHostConfig } from './create/default-host-config.ts';
import { adjustLimits } from './limits/adjust-limits.ts';
import { enterNetwork } from './networks/enter-network.ts';
import { requestedNetworks } from './networks/requested-networks.ts';
import { pathsOf } from './paths.ts';
import { type ContainerRecord, initialState } from './record.ts';
import { buildSpec } from './spec/build-spec.ts';
import { throwFailures } from './tear-down.ts';

/** A process in a container that is in no list, and that no daemon after this one adopts. */
export interface TransientRun {
  readonly id: ContainerId;
  /** The mounted root file system, which is the caller's. */
  readonly rootfs: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** Empty for root. */
  readonly user: string;
  /** What differs from a container that nothing was asked for. */
  readonly hostConfig: Partial<HostConfig>;
  readonly mounts: readonly OciMount[];
  /** What it has written; more is read when this is done with it. */
  readonly output: (data: Buffer, stream: 'stdout' | 'stderr') => Promise<void>;
  /** Kills it. */
  readonly signal: AbortSignal;
}

const SIGKILL = 9;

/**
 * Runs a process to its end, isolated as in any container. Nothing of it is recorded: what a crash leaves is to recovery
 * what belongs to no container. Afterwards only what it wrote to its root file system is there.
 * @throws invalid_argument for limits, a user or a command that cannot be had; the signal's reason.
 */
export async function runTransient(context: ContainersContext, run: TransientRun): Promise<ExitStatus> {
  const { id, signal } = run;
  signal.throwIfAborted();
  const record = recordOf(context, run);
  const { directory } = pathsOf(context.options, id);
  try {
    await mkdir(directory, { recursive: true, mode: 0o710 });
    const exit = await runProcess(context, record, run);
    signal.throwIfAborted();
    return exit;
  } finally {
    const results = await Promise.allSettled([
      context.network.disconnect(id),
      context.runtime.delete(id),
      rm(directory, { recursive: true, force: true }),
    ]);
    throwFailures(results, `what container ${id} used could not be released`);
  }
}

async function runProcess(context: ContainersContext, record: ContainerRecord, run: TransientRun): Promise<ExitStatus> {
  const { runtime, network, options } = context;
  const { id, signal } = run;
  runtime.anticipate();
  const { namespace, places } = await enterNetwork(context, record);
  await makeWorkingDirectory(run.rootfs, run.cwd);
  const attached = { mounts: run.mounts, rootfsPropagation: undefined, close: async () => undefined };
  const spec: OciSpec = await buildSpec(context, { ...record, ...places }, { rootfs: run.rootfs, namespace, attached });
  await Promise.all([
    runtime.create({
      id,
      spec,
      terminal: false,
      stdin: false,
      stdinOnce: false,
      logPath: undefined,
      ociRuntime: options.ociRuntimes.get(record.hostConfig.Runtime) ?? record.hostConfig.Runtime,
    }),
    network.connect(id, record.hostConfig.Dns ?? []),
  ]);
  const stream = await runtime.attach(id);
  const kill = () => void runtime.kill(id, SIGKILL, true).catch(() => stream.close());
  signal.addEventListener('abort', kill, { once: true });
  try {
    signal.throwIfAborted();
    await runtime.start(id);
    const [exit] = await Promise.all([runtime.wait(id), readOutput(stream, run.output)]);
    return exit;
  } finally {
    signal.removeEventListener('abort', kill);
    stream.close();
  }
}

async function readOutput({ output }: MonitorStream, tell: TransientRun['output']): Promise<void> {
  for await (const { stream, data } of output) await tell(data, stream);
}

function recordOf(context: ContainersContext, run: TransientRun): ContainerRecord {
  const { id, argv, env, cwd, user } = run;
  const { options } = context;
  const defaulted = defaultHostConfig({ ...hostConfigShape.zero(), ...run.hostConfig }, options);
  checkHostConfig(defaulted, options);
  const { hostConfig } = adjustLimits(defaulted, options.limits);
  const config = {
    ...containerConfig.zero(),
    Hostname: hostConfig.NetworkMode === 'host' ? hostname() : shortId(id),
    User: user,
    Env: [...env],
    WorkingDir: cwd,
  };
  const [path = '', ...args] = argv;
  return {
    id,
    name: shortId(id),
    createdAtNs: String(nowNs()),
    imageId: '' as ImageId,
    topChainId: null,
    path,
    args,
    config,
    hostConfig,
    mounts: [],
    networks: requestedNetworks(context, { name: '', config, hostConfig, networking: undefined }, hostConfig),
    sandbox: null,
    hasBeenStartedBefore: false,
    hasBeenManuallyStopped: false,
    restartCount: 0,
    state: initialState,
  };
}
