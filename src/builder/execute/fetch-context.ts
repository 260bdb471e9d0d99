import { EngineError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { byteStringOf } from '../../lib/tar/byte-string.ts';
import { formatTarHeader, TAR_END, tarPadding } from '../../lib/tar/tar-writer.ts';
import { receiveArchive, type SpoolPlaces } from '../context/receive-archive.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import { parseGitReference } from '../plan/git-reference.ts';
import type { BuildParts } from './build.ts';
import type { BuildRequest } from './build-request.ts';
import { spoolGit } from './fetch-git.ts';

const LARGEST_DOCKERFILE_BYTES = 64 * 1024 * 1024;
const READABLE = 0o644;

/** A context that the daemon fetches itself: a repository, an archive, or a Dockerfile that stands alone. */
export async function fetchContext(
  { backend }: BuildParts,
  { signal, dockerfile }: BuildRequest,
  url: string,
  places: SpoolPlaces,
): Promise<SpoolTree> {
  const git = parseGitReference(url);
  if (git !== undefined) {
    return spoolGit(
      { directory: places.directory, signal, maker: backend.maker },
      { ...git, keepGitDir: git.keepGitDir ?? false },
    );
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
  const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
  if (type.startsWith('text/')) return receiveArchive(await archiveOf(dockerfile, body), places);
  return receiveArchive(body, places);
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
