import { receiveArchive } from '../context/receive-archive.ts';
import type { SpoolTree } from '../context/spool-tree.ts';
import type { BuildParts } from './build.ts';
import type { BuildRequest } from './build-request.ts';
import { fetchContext } from './fetch-context.ts';

/** The files of a build, taken in whole. */
export function openContext(parts: BuildParts, request: BuildRequest, directory: string): Promise<SpoolTree> {
  const { context } = request;
  if (context.kind === 'remote') return fetchContext(parts, request, context.url, directory);
  return receiveArchive(context.archive, directory, parts.compileCache);
}
