import { EngineError, invalidArgument, messageOf } from '../../../errors/engine-error.ts';
import { ARCHIVE_START_BYTES, isArchiveStart } from '../../../lib/tar/archive-start.ts';
import { byteStringOf } from '../../../lib/tar/byte-string.ts';
import { formatTarHeader, TAR_END, tarPadding } from '../../../lib/tar/tar-writer.ts';
import { receiveArchive, type SpoolPlaces } from '../../context/receive-archive.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import { type GitReference, parseGitReference } from '../../plan/git-reference.ts';
import type { BuildParts } from '../build-parts.ts';
import type { BuildRequest } from '../build-request.ts';
import { spoolGit } from './fetch-git.ts';

const LARGEST_DOCKERFILE_BYTES = 64 * 1024 * 1024;
const READABLE = 0o644;

/** A context that the daemon fetches itself: a repository, an archive, or a Dockerfile that stands alone. */
export async function fetchContext(
  { backend }: BuildParts,
  request: BuildRequest,
  url: string,
  places: SpoolPlaces,
): Promise<SpoolTree> {
  const { signal, dockerfile, sshAgents, buildArgs } = request;
  const git = gitReferenceOf(url);
  if (git !== undefined) {
    const sshAgent = sshAgents.get('default');
    const keepGitDir = git.keepGitDir ?? ['1', 'true'].includes(buildArgs['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? '');
    return spoolGit({ directory: places.directory, signal, maker: backend.maker, sshAgent }, { ...git, keepGitDir });
  }
  if (!/^https?:\/\//.test(url))
    throw invalidArgument(`remote context ${JSON.stringify(url)} is neither a URL nor a repository`);
  const response = await get(url, signal);
  const body = response.body;
  if (!response.ok || body === null) {
    await body?.cancel();
    throw invalidArgument(
      `error downloading remote context ${url}: failed to GET ${url} with status ${response.status} ${response.statusText}`,
    );
  }
  // Servers seldom know what a Dockerfile is: the content tells.
  const { start, whole } = await peek(body, ARCHIVE_START_BYTES);
  return receiveArchive(isArchiveStart(start) ? whole : await archiveOf(dockerfile, whole), places);
}

/** `github.com/owner/name` as well, which docker has always taken. */
function gitReferenceOf(url: string): GitReference | undefined {
  return parseGitReference(
    url.startsWith('github.com/') ? `https://${url.replace(/(\.git)?(?=#|\?|$)/, '.git')}` : url,
  );
}

/** What a stream begins with, and all of it. */
async function peek(
  body: AsyncIterable<Uint8Array>,
  lengthBytes: number,
): Promise<{ readonly start: Buffer; readonly whole: AsyncIterable<Uint8Array> }> {
  const source = body[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  let hasEnded = false;
  while (start.length < lengthBytes && !hasEnded) {
    const next = await source.next();
    hasEnded = next.done === true;
    if (next.done !== true) start = Buffer.concat([start, next.value]);
  }
  return { start, whole: continued(start, source) };
}

async function* continued(start: Buffer, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield start;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new EngineError(
      'unavailable',
      `error downloading remote context ${url}: Get ${JSON.stringify(url)}: ${cause}`,
    );
  }
}

/** A tar of nothing but a Dockerfile. */
async function archiveOf(name: string, body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body) {
    sizeBytes += piece.length;
    if (sizeBytes > LARGEST_DOCKERFILE_BYTES)
      throw invalidArgument(`the Dockerfile is larger than ${LARGEST_DOCKERFILE_BYTES} bytes`);
    pieces.push(piece);
  }
  const header = formatTarHeader({
    type: 'file',
    path: byteStringOf(name),
    linkTarget: byteStringOf(''),
    mode: READABLE,
    uid: 0,
    gid: 0,
    sizeBytes,
    mtime: { seconds: 0, nanoseconds: 0 },
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
    extents: undefined,
  });
  return (async function* () {
    yield header;
    yield* pieces;
    yield tarPadding(sizeBytes);
    yield TAR_END;
  })();
}
