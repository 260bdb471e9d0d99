import type { ApiClient } from './api-client.ts';
import { pathTo } from './path-to.ts';
import type { TransportResponse } from './transport.ts';

/** Files into and out of containers. Each operation fails as `ApiClient.request` does. */

export interface PathStat {
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
  readonly isDevice: boolean;
  readonly linkTarget: string;
}

/** Bits of Go's os.FileMode. */
const [DIRECTORY, SYMBOLIC_LINK, DEVICE] = [31, 27, 26];

export async function statContainerPath(client: ApiClient, container: string, path: string): Promise<PathStat> {
  return statOf(await client.request('HEAD', pathTo('containers', container, 'archive'), { query: { path } }));
}

export async function readContainerPath(
  client: ApiClient,
  container: string,
  path: string,
): Promise<{ readonly stat: PathStat; readonly chunks: AsyncIterable<Uint8Array> }> {
  const answer = await client.request('GET', pathTo('containers', container, 'archive'), { query: { path } });
  return { stat: statOf(answer), chunks: answer.chunks() };
}

/** A directory and anything else do not replace each other. */
export async function writeContainerPath(
  client: ApiClient,
  container: string,
  path: string,
  body: AsyncIterable<Uint8Array>,
  { ownByUser }: { readonly ownByUser: boolean },
): Promise<void> {
  const query = { path, noOverwriteDirNonDir: 'true', copyUIDGID: ownByUser ? 'true' : undefined };
  const headers = { 'content-type': 'application/x-tar' };
  await client.request('PUT', pathTo('containers', container, 'archive'), { query, body, headers });
}

export async function exportContainer(client: ApiClient, container: string): Promise<AsyncIterable<Uint8Array>> {
  return (await client.request('GET', pathTo('containers', container, 'export'))).chunks();
}

function statOf(answer: TransportResponse): PathStat {
  const header = answer.header('x-docker-container-path-stat') ?? '';
  const { mode, linkTarget } = JSON.parse(Buffer.from(header, 'base64').toString()) as {
    mode: number;
    linkTarget: string;
  };
  const has = (bit: number) => Math.floor(mode / 2 ** bit) % 2 === 1;
  return { isDirectory: has(DIRECTORY), isSymbolicLink: has(SYMBOLIC_LINK), isDevice: has(DEVICE), linkTarget };
}
