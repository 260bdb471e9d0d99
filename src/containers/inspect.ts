import type { ContainerInspect, HealthJson } from '../api-types/container.ts';
import type { ContainerId } from '../lib/ids.ts';
import { formatNs } from '../lib/timestamps.ts';
import type { ContainersContext } from './context.ts';
import type { Health } from './health/health.ts';
import { keepsLogFile } from './logs/log-options.ts';
import { shownMounts } from './mounts/shown-mounts.ts';
import { shownLinks } from './networks/links.ts';
import { networkSettingsOf } from './networks/network-settings.ts';
import { pathsOf } from './paths.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { sizesOf } from './sizes.ts';
import { donorReference } from './spec/joined-containers.ts';

const APPARMOR = 'apparmor=';

/** @throws not_found. */
export async function inspectContainer(
  context: ContainersContext,
  ref: string,
  options: { readonly size: boolean },
): Promise<ContainerInspect> {
  const record = context.store.resolve(ref);
  const { id, config, hostConfig } = record;
  // Command lines look at a container right before they execute something in it.
  if (isRunning(record)) context.runtime.anticipate();
  const paths = pathsOf(context.options, id);
  const shared = pathsOf(context.options, (donorReference(hostConfig.NetworkMode) ?? id) as ContainerId);
  const execIds = context.execs.activeOf(id).map((session) => session.id);
  const sizes = options.size ? await sizesOf(context, record) : undefined;
  // Docker has no paths before the first start.
  const path = (text: string) => (record.hasBeenStartedBefore || record.sandbox !== null ? text : '');
  return {
    Id: id,
    Created: formatNs(BigInt(record.createdAtNs)),
    Path: record.path,
    Args: record.args,
    State: stateOf(record),
    Image: record.imageId,
    ResolvConfPath: path(shared.resolvConf),
    HostnamePath: path(shared.hostname),
    HostsPath: path(shared.hosts),
    LogPath: !keepsLogFile(hostConfig.LogConfig) ? '' : path(paths.log),
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile:
      hostConfig.SecurityOpt?.findLast((option) => option.startsWith(APPARMOR))?.slice(APPARMOR.length) ?? '',
    ExecIDs: execIds.length === 0 ? null : execIds,
    HostConfig: { ...hostConfig, Links: shownLinks(context, record) },
    GraphDriver: graphDriverOf(context, id),
    ...(sizes === undefined ? {} : { SizeRw: sizes.writableBytes, SizeRootFs: sizes.rootFsBytes }),
    Mounts: shownMounts(context, record),
    Config: config,
    NetworkSettings: networkSettingsOf(context, record),
  };
}

function graphDriverOf({ layers }: ContainersContext, id: ContainerId): ContainerInspect['GraphDriver'] {
  const { lower, upper, work, merged } = layers.writableDirectories(id);
  return { Data: { LowerDir: lower.join(':'), MergedDir: merged, UpperDir: upper, WorkDir: work }, Name: 'overlay2' };
}

function stateOf(record: ContainerRecord): ContainerInspect['State'] {
  const { state } = record;
  return {
    Status: state.status,
    Running: isRunning(record),
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: state.oomKilled,
    Dead: state.status === 'dead',
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: state.startedAt,
    FinishedAt: state.finishedAt,
    ...(state.health === undefined ? {} : { Health: healthOf(state.health) }),
  };
}

function healthOf({ status, failingStreak, log }: Health): HealthJson {
  return {
    Status: status,
    FailingStreak: failingStreak,
    Log: log.map(({ start, end, exitCode, output }) => ({
      Start: start,
      End: end,
      ExitCode: exitCode,
      Output: output,
    })),
  };
}
