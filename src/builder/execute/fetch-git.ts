import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, invalidArgument } from '../../errors/engine-error.ts';
import type { FillPick } from '../../layers/make/make-message.ts';
import { newSpool, readSpool } from '../context/receive-archive.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import type { CopySource } from '../plan/build-plan.ts';
import type { BuildRun } from './build-run.ts';
import { pickOf } from './fill-layer.ts';

export type GitSource = Pick<
  Extract<CopySource, { readonly kind: 'git' }>,
  'remote' | 'ref' | 'subfolder' | 'submodules' | 'keepGitDir' | 'checksum'
>;

/** What git needs of a build. */
export type GitPlace = Pick<BuildRun, 'directory' | 'signal'> & {
  readonly maker: Pick<BuildRun['backend']['maker'], 'pack'>;
};

/** Files of a repository, by the host's git, in a process of its own. */
export async function fetchGit(
  run: BuildRun,
  source: GitSource,
): Promise<{ readonly picks: readonly FillPick[]; readonly digests: readonly string[] }> {
  const { directory, signal, backend } = run;
  const tree = await spoolGit({ directory, signal, maker: backend.maker }, source);
  const skip = source.keepGitDir ? [] : ['.git'];
  const pick = pickOf(tree, skip);
  return { picks: [pick], digests: [tree.digest('', new Set(), { owners: true })] };
}

/** @throws invalid_argument for a reference that is not there; unavailable where the host has no git. */
export async function spoolGit({ directory, signal, maker }: GitPlace, source: GitSource): Promise<SpoolTree> {
  const place = join(directory, `git-${randomBytes(8).toString('hex')}`);
  await mkdir(place, { recursive: true });
  const git = (...args: string[]) => runGit(args, place, signal);
  await git('init', '-q');
  await git('fetch', '-q', '--depth', '1', '--', source.remote, source.ref ?? 'HEAD');
  await git('-c', 'advice.detachedHead=false', 'checkout', '-q', 'FETCH_HEAD');
  const commit = (await git('rev-parse', 'HEAD')).trim();
  if (source.checksum !== undefined && !commit.startsWith(source.checksum)) {
    throw invalidArgument(`expected checksum to match ${source.checksum}, got ${commit}`);
  }
  if (source.submodules) await git('submodule', 'update', '-q', '--init', '--recursive', '--depth', '1');
  const spool = await newSpool(directory);
  const root = join(place, source.subfolder ?? '');
  await maker.pack({ root, sources: [{ pattern: '', isPattern: false }], spool }, signal);
  const tree = await readSpool(spool);
  return source.keepGitDir ? tree : tree.without('.git');
}

/** Nothing is asked of a terminal, and no hook or transport of the host's own configuration runs. */
function runGit(args: readonly string[], directory: string, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('git', args, {
    cwd: directory,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ALLOW_PROTOCOL: 'http:https:ssh:git:file',
    },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('error', (error) => reject(new EngineError('unavailable', `git: ${error.message}`, { cause: error })));
  child.on('close', (code) => {
    if (code === 0) return resolve(out);
    reject(invalidArgument(`git ${args[0] ?? ''} failed: ${err.trim() || `exit status ${code}`}`));
  });
  return promise;
}
