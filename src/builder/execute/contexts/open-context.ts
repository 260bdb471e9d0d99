import { receiveArchive, type SpoolPlaces } from '../../context/receive-archive.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { BuildParts } from '../build-parts.ts';
import type { BuildRequest } from '../build-request.ts';
import { fetchContext } from './fetch-context.ts';

/** The files of a build, taken in whole. */
export function openContext(parts: BuildParts, request: BuildRequest, places: SpoolPlaces): Promise<SpoolTree> {
  const { context } = request;
  if (context.kind === 'remote') return fetchContext(parts, request, context.url, places);
  return receiveArchive(context.archive, places);
}
