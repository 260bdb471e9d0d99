import { posix } from 'node:path';
import { invalidArgument } from '../../errors/engine-error.ts';
import type { RunCommand } from '../parse/command.ts';
import type { MountOptions } from '../parse/parse-mount.ts';
import { parseMount } from '../parse/parse-mount.ts';
import type { FileTree, Mount } from './build-plan.ts';
import { absolutePath } from './clean-path.ts';
import { stageName } from './link-sources.ts';
import type { PlannedCommand, StageNode } from './stage-node.ts';
import type { StepContext } from './step-context.ts';
import { expandValue, treeOf } from './step-context.ts';

export function planMounts(
  context: StepContext,
  { mounts, instruction }: RunCommand,
  sources: PlannedCommand['sources'],
): Mount[] {
  let agents = 0;
  return mounts.map((written, index) => {
    const options = parseMount(written, (value) => expandValue(context, instruction, value));
    switch (options.type) {
      case 'secret':
        return secretMount(context, options);
      case 'ssh':
        return sshMount(context, options, agents++);
      case 'tmpfs':
        return { kind: 'tmpfs', target: targetOf(context, options), sizeBytes: options.sizeBytes || undefined };
      case 'bind':
      case 'cache':
        return treeMount(context, options, sources[index]);
    }
  });
}

function treeMount(context: StepContext, options: MountOptions, from: StageNode | undefined): Mount {
  const target = targetOf(context, options);
  const source = absolutePath('/', options.source ?? '');
  const isCache = options.type === 'cache';
  if (from?.from !== undefined && from.index >= context.node.index) {
    throw invalidArgument(
      `cannot mount from stage ${JSON.stringify(stageName(from))} to ${JSON.stringify(target)}, stage needs to be defined before current command`,
    );
  }
  const tree: FileTree = from === undefined && isCache ? { kind: 'scratch' } : treeOf(from);
  const readOnly = options.readOnly ?? !isCache;
  if (!isCache) return { kind: 'bind', target, from: tree, source, writable: !readOnly };
  return {
    kind: 'cache',
    target,
    id: options.id || cleanPath(options.target ?? target),
    sharing: options.sharing ?? 'shared',
    readOnly,
    from: tree,
    source,
    mode: options.mode ?? 0o755,
    uid: options.uid ?? 0,
    gid: options.gid ?? 0,
  };
}

/** Seen from the working folder. @throws invalid_argument for the root, which nothing can be mounted over */
function targetOf({ state }: StepContext, { target = '' }: MountOptions): string {
  const path = absolutePath(state.workdir, target);
  if (path === '/') throw invalidArgument(`invalid mount target ${JSON.stringify(path)}`);
  return path;
}

function secretMount({ state }: StepContext, options: MountOptions): Mount {
  const { id, source, target, env, required, mode, uid, gid } = options;
  const name = source || id || (target ? posix.basename(target) : env) || '';
  if (name === '') throw invalidArgument('one of source, target required');
  const path = target || (env === undefined ? `/run/secrets/${posix.basename(name)}` : undefined);
  return {
    kind: 'secret',
    id: name,
    target: path === undefined ? undefined : absolutePath(state.workdir, path),
    env,
    required: required ?? false,
    mode: mode ?? 0o400,
    uid: uid ?? 0,
    gid: gid ?? 0,
  };
}

function sshMount({ state }: StepContext, options: MountOptions, index: number): Mount {
  const { id, source, target, required, mode, uid, gid } = options;
  if (source) throw invalidArgument('ssh does not support source');
  return {
    kind: 'ssh',
    id: id || 'default',
    target: absolutePath(state.workdir, target || `/run/buildkit/ssh_agent.${index}`),
    required: required ?? false,
    mode: mode ?? 0o600,
    uid: uid ?? 0,
    gid: gid ?? 0,
  };
}

/** Go's `path.Clean`: what a cache without a name is known by. */
function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}
