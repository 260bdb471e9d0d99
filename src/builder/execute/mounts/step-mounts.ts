import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { invalidArgument } from '../../../errors/engine-error.ts';
import type { MountStub } from '../../../layers/layer-store.ts';
import { digestOf } from '../../../lib/digest.ts';
import type { StepMount } from '../../backend.ts';
import { newSpool } from '../../context/receive-archive.ts';
import { SpoolTree } from '../../context/spool-tree.ts';
import type { CacheMount, Mount, RunStep, SecretMount, SshMount } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { originOf } from '../file-trees.ts';
import { pickOf } from '../steps/fill-layer.ts';
import { forwardAgent } from './forward-agent.ts';
import { bindInput, openBind } from './open-bind.ts';
import { bindMount, type OpenedMount } from './opened-mount.ts';

/** What a step's mounts come to on the host. */
export interface OpenMounts {
  readonly mounts: readonly StepMount[];
  readonly stubs: readonly MountStub[];
  readonly env: readonly string[];
  /** Undoes all of it; once, after the step. */
  close(): Promise<void>;
}

/** Opens what a RUN step mounts, its script among it. What was opened is closed when something fails. */
export async function openMounts(run: BuildRun, step: RunStep): Promise<OpenMounts> {
  const opened: OpenedMount[] = [];
  const close = async () => {
    const results = await Promise.allSettled(opened.toReversed().map(async (one) => one.close?.()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  try {
    for (const mount of step.mounts) opened.push(await openMount(run, step, mount));
    if (step.script !== undefined) opened.push(await openScript(run, step.script));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    mounts: opened.flatMap(({ mount }) => mount ?? []),
    stubs: opened.flatMap(({ mount, stub }) =>
      mount === undefined || stub === undefined ? [] : [{ path: mount.destination, kind: stub }],
    ),
    env: opened.flatMap(({ env }) => env ?? []),
    close,
  };
}

function openMount(run: BuildRun, step: RunStep, mount: Mount): OpenedMount | Promise<OpenedMount> {
  switch (mount.kind) {
    case 'bind':
      return openBind(run, mount);
    case 'cache':
      return openCache(run, step, mount);
    case 'tmpfs': {
      const size = mount.sizeBytes === undefined ? [] : [`size=${mount.sizeBytes}`];
      return {
        mount: { destination: mount.target, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', ...size] },
        stub: 'directory',
      };
    }
    case 'secret':
      return openSecret(run, mount);
    case 'ssh':
      return openSsh(run, mount);
  }
}

async function openCache(run: BuildRun, step: RunStep, mount: CacheMount): Promise<OpenedMount> {
  const origin = await originOf(run, mount.from);
  const isEmpty = origin.kind === 'layers' && origin.top === undefined;
  const key = digestOf(JSON.stringify([mount.id, isEmpty ? null : [mount.source, mount.from.kind]]));
  const held = await run.cacheMounts.acquire({
    key,
    description: `cached mount ${mount.target} from exec ${step.argv.join(' ')} with id ${JSON.stringify(mount.id)}`,
    sharing: mount.sharing,
    mode: mount.mode,
    uid: mount.uid,
    gid: mount.gid,
    signal: run.signal,
    seed: async (directory) => {
      if (isEmpty) return;
      const bind = await openBind(run, {
        kind: 'bind',
        target: '/',
        from: mount.from,
        source: mount.source,
        writable: true,
      });
      try {
        await copyTree(run, bind.mount?.source ?? '/', directory);
      } finally {
        await bind.close?.();
      }
    },
  });
  return { mount: bindMount(held.path, mount.target, mount.readOnly), stub: 'directory', close: () => held.release() };
}

async function copyTree(run: BuildRun, from: string, to: string): Promise<void> {
  const spool = await newSpool(run.directory);
  await run.backend.maker.pack({ root: from, sources: [{ pattern: '', isPattern: false }], spool }, run.signal);
  const pick = pickOf(new SpoolTree(spool, []), []);
  await run.backend.maker.fill(to, { picks: [pick], destination: '/', owner: undefined, mode: undefined }, run.signal);
}

/** In memory only: neither a layer nor the disk ever has it. */
async function openSecret(run: BuildRun, mount: SecretMount): Promise<OpenedMount> {
  const secret = run.request.secrets.find(({ id }) => id === mount.id);
  if (secret === undefined) {
    if (mount.required) throw invalidArgument(`secret ${mount.id}: not found`);
    return {};
  }
  const env = mount.env === undefined ? {} : { env: `${mount.env}=${Buffer.from(secret.content).toString()}` };
  if (mount.target === undefined) return env;
  const file = await writeHidden(run, secret.content, mount);
  return { ...env, mount: bindMount(file.path, mount.target, true), stub: 'file', close: () => file.remove() };
}

async function openSsh(run: BuildRun, mount: SshMount): Promise<OpenedMount> {
  const agent = run.request.sshAgents.get(mount.id);
  if (agent === undefined) {
    if (mount.required) throw invalidArgument(`unset ssh forward key ${mount.id}`);
    return {};
  }
  const socket = await forwardAgent(agent, run.secretDirectory, mount);
  const close = () => socket.close();
  return {
    mount: bindMount(socket.path, mount.target, false),
    stub: 'file',
    env: `SSH_AUTH_SOCK=${mount.target}`,
    close,
  };
}

async function openScript(
  run: BuildRun,
  { path, content }: { readonly path: string; readonly content: string },
): Promise<OpenedMount> {
  const file = await writeHidden(run, Buffer.from(content), { mode: 0o755, uid: 0, gid: 0 });
  return { mount: bindMount(file.path, path, true), stub: 'file', close: () => file.remove() };
}

async function writeHidden(
  run: BuildRun,
  content: Uint8Array,
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  await mkdir(run.secretDirectory, { recursive: true, mode: 0o700 });
  const path = posix.join(run.secretDirectory, randomBytes(8).toString('hex'));
  await writeFile(path, content, { mode: 0o600 });
  await chown(path, uid, gid);
  await chmod(path, mode);
  return { path, remove: () => rm(path, { force: true }) };
}

/** What of its mounts a step's result depends on. What a secret says is no part of it, nor what a cache holds. */
export function mountInputs(run: BuildRun, step: RunStep): Promise<unknown[]> {
  return Promise.all(step.mounts.map(async (mount) => (mount.kind === 'bind' ? await bindInput(run, mount) : mount)));
}
