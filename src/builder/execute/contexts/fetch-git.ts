import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument, isEngineError } from '../../../errors/engine-error.ts';
import { followWithin } from '../../../layers/make/follow-within.ts';
import type { FillPick } from '../../../layers/make/make-message.ts';
import { hasErrorCode } from '../../../lib/system-error.ts';
import { newSpool, readSpool } from '../../context/receive-archive.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { CopySource } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { pickOf } from '../steps/fill-layer.ts';
import { runGit } from './run-git.ts';

export type GitSource = Pick<
  Extract<CopySource, { readonly kind: 'git' }>,
  'remote' | 'ref' | 'subfolder' | 'submodules' | 'keepGitDir' | 'checksum'
>;

/** What git needs of a build. */
export type GitPlace = Pick<BuildRun, 'directory' | 'signal'> & {
  readonly maker: Pick<BuildRun['backend']['maker'], 'pack'>;
  readonly sshAgent: string | undefined;
};

type Git = (...args: readonly string[]) => Promise<string>;

/** Files of a repository, by the host's git, in a process of its own. */
export async function fetchGit(
  run: BuildRun,
  source: GitSource,
): Promise<{ readonly picks: readonly FillPick[]; readonly digests: readonly string[] }> {
  const { directory, signal, backend, request } = run;
  const sshAgent = request.sshAgents.get('default');
  const tree = await spoolGit({ directory, signal, maker: backend.maker, sshAgent }, source);
  return { picks: [pickOf(tree, [])], digests: [tree.digest('', new Set(), { owners: true })] };
}

/** @throws invalid_argument for a reference that is not there; unavailable where the host has no git. */
export async function spoolGit(where: GitPlace, source: GitSource): Promise<SpoolTree> {
  const { directory, signal, maker, sshAgent } = where;
  const place = join(directory, `git-${randomBytes(8).toString('hex')}`);
  await mkdir(place, { recursive: true });
  const git: Git = (...args) => runGit(args, { directory: place, signal, sshAgent });
  await git('init', '-q');
  // Submodules may be named by where they are from there.
  await git('remote', 'add', '--', 'origin', source.remote);
  const depth = await fetchCommit(git, source.ref ?? 'HEAD');
  const commit = (await git('rev-parse', 'HEAD')).trim();
  if (source.checksum !== undefined && !commit.startsWith(source.checksum)) {
    throw invalidArgument(`expected checksum to match ${source.checksum}, got ${commit}`);
  }
  if (source.submodules) await git('submodule', 'update', '-q', '--init', '--recursive', ...depth);
  if (!source.keepGitDir) await removeGitDirectories(place);
  const spool = await newSpool(directory);
  const root = await subfolderOf(place, source.subfolder ?? '');
  await maker.pack({ root, sources: [{ pattern: '', isPattern: false }], spool }, signal);
  return readSpool(spool);
}

/**
 * Fetches one commit and checks it out: alone where the server can do that, else with all before it, or with all that
 * there is. @returns how the rest is to be fetched. @throws the complaint about the first way
 */
async function fetchCommit(git: Git, ref: string): Promise<readonly string[]> {
  const depth = ['--depth', '1'];
  const checkout = (what: string) => git('-c', 'advice.detachedHead=false', 'checkout', '-q', what);
  try {
    await git('fetch', '-q', ...depth, '--', 'origin', ref);
    await checkout('FETCH_HEAD');
    return depth;
  } catch (error) {
    if (!isEngineError(error, 'invalid_argument')) throw error;
    const isCommit = /^[0-9a-f]{40}$/.test(ref);
    const isSimpleServer = error.message.includes('does not support shallow');
    if (!isCommit && !isSimpleServer) throw error;
    await git('fetch', '-q', '--', 'origin', ...(isCommit ? ['+refs/*:refs/fetched/*'] : [ref]));
    await checkout(isCommit ? ref : 'FETCH_HEAD');
    return isSimpleServer ? [] : depth;
  }
}

/** Those of submodules lead to nothing without the first one. Links are not followed. */
async function removeGitDirectories(place: string): Promise<void> {
  const folders = [place];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await rm(join(folder, '.git'), { recursive: true, force: true });
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
    }
  }
}

/** What is in the repository is another's: its links lead nowhere but within it. */
async function subfolderOf(place: string, subfolder: string): Promise<string> {
  const root = join(place, followWithin(place, subfolder));
  const found = await stat(root).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
  if (found?.isDirectory() !== true) throw invalidArgument(`failed to open subdir ${subfolder}: no such directory`);
  return root;
}
