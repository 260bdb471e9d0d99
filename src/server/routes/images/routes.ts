import type { FastifyInstance, FastifyRequest } from 'fastify';
import type {
  ImageDeleteResponse,
  ImageHistoryResponse,
  ImageInspectResponse,
  ImageSummaryResponse,
  ImagesPruneResponse,
} from '../../../api-types/image.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import { repositoryAndTag } from '../../../lib/image-reference.ts';
import { isAtLeast } from '../../api-version.ts';
import { queryFlag, queryText } from '../../query.ts';
import type { DistributionBackend } from '../distribution/backend.ts';
import type { ImageBackend } from './backend.ts';
import { deleteResponse, historyResponse, inspectResponse, summaryResponse } from './image-responses.ts';
import { registerImageTransferRoutes } from './transfer-routes.ts';
import { refuseOtherPlatforms, wantedPlatforms } from './wanted-platform.ts';

export function registerImageRoutes(
  app: FastifyInstance,
  backend: ImageBackend,
  registries: Pick<DistributionBackend, 'pull'>,
): void {
  app.get('/images/json', async (request) => list(backend, request));
  const refuse = (request: FastifyRequest, parameter: 'platform' | 'platforms', since: string) =>
    refuseOtherPlatforms(backend, [nameOf(request)], wantedPlatforms(request, parameter, since));
  app.get('/images/:name/json', async (request): Promise<ImageInspectResponse> => {
    await refuse(request, 'platform', '1.49');
    return inspectResponse(await backend.inspect(nameOf(request)), request.apiVersion);
  });
  app.get('/images/:name/history', async (request): Promise<ImageHistoryResponse[]> => {
    await refuse(request, 'platform', '1.48');
    return (await backend.history(nameOf(request))).map(historyResponse);
  });
  app.post('/images/:name/tag', async (request, reply) => {
    const { query } = request;
    const name = repositoryAndTag(queryText(query, 'repo') ?? '', queryText(query, 'tag') ?? '');
    if (name === undefined) return reply.code(200).send();
    await backend.tag(nameOf(request), name);
    return reply.code(201).send();
  });
  app.delete('/images/:name', async (request): Promise<ImageDeleteResponse[]> => {
    const name = nameOf(request);
    if (name.trim() === '') throw invalidArgument('image name cannot be blank');
    await refuse(request, 'platforms', '1.50');
    const { query } = request;
    const rows = await backend.remove(name, { force: queryFlag(query, 'force'), prune: !queryFlag(query, 'noprune') });
    return rows.map(deleteResponse);
  });
  app.post('/images/prune', async (request): Promise<ImagesPruneResponse> => {
    const { rows, reclaimedBytes } = await backend.prune(Filters.parse(queryText(request.query, 'filters')));
    return { ImagesDeleted: rows.length === 0 ? null : rows.map(deleteResponse), SpaceReclaimed: reclaimedBytes };
  });
  registerImageTransferRoutes(app, backend, registries);
}

async function list(backend: ImageBackend, request: FastifyRequest): Promise<ImageSummaryResponse[]> {
  const { query, apiVersion } = request;
  const summaries = await backend.list({
    filters: filtersOf(request),
    all: queryFlag(query, 'all'),
    withSharedSize: isAtLeast(apiVersion, '1.42') && queryFlag(query, 'shared-size'),
  });
  return summaries.map((summary) => summaryResponse(summary, apiVersion));
}

/** Before API 1.41 a parameter of its own filtered by name. */
function filtersOf({ query, apiVersion }: FastifyRequest): Filters {
  const filters = Filters.parse(queryText(query, 'filters'));
  const reference = queryText(query, 'filter') ?? '';
  if (isAtLeast(apiVersion, '1.41') || reference === '') return filters;
  const others = filters.names().map((name): [string, readonly string[]] => [name, filters.get(name)]);
  return new Filters(new Map([...others, ['reference', [...filters.get('reference'), reference]]]));
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name;
}
