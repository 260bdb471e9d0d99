import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeBody } from '../../../api-types/shape.ts';
import {
  type VolumeJson,
  type VolumesJson,
  type VolumesPruneResponse,
  volumeCreateBody,
} from '../../../api-types/volume.ts';
import { EngineError } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import { isAtLeast } from '../../api-version.ts';
import { readJson } from '../../json-body.ts';
import { queryFlag, queryText } from '../../query.ts';
import type { VolumeBackend } from './backend.ts';
import { filterVolumes, prunesAll } from './filter-volumes.ts';
import { registerVolumeTransferRoutes } from './transfer-routes.ts';
import { volumeJson } from './volume-json.ts';

type VolumeRequest = FastifyRequest<{ Params: { name: string } }>;

const NO_SWARM =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
/** From this version on a prune spares volumes with names, unless it is told otherwise. */
const SPARES_NAMED = '1.42';

export function registerVolumeRoutes(app: FastifyInstance, backend: VolumeBackend): void {
  app.get('/volumes', async ({ query }): Promise<VolumesJson> => {
    const filters = Filters.parse(queryText(query, 'filters'));
    return { Volumes: filterVolumes(backend, filters).map((record) => volumeJson(backend, record)), Warnings: null };
  });
  app.get('/volumes/:name', async ({ params }: VolumeRequest): Promise<VolumeJson> => {
    return volumeJson(backend, backend.get(params.name));
  });
  app.post('/volumes/create', async (request, reply): Promise<VolumeJson> => {
    const body = decodeBody(volumeCreateBody, await readJson(request));
    if (body.ClusterVolumeSpec !== undefined) throw new EngineError('unavailable', NO_SWARM);
    const { Name, Driver, DriverOpts, Labels } = body;
    const record = await backend.create({ name: Name, driver: Driver, options: DriverOpts, labels: Labels });
    reply.code(201);
    return volumeJson(backend, record);
  });
  app.delete('/volumes/:name', async ({ params, query }: VolumeRequest, reply) => {
    await backend.remove(params.name, { force: queryFlag(query, 'force') });
    return reply.code(204).send();
  });
  app.post('/volumes/prune', async ({ query, apiVersion }): Promise<VolumesPruneResponse> => {
    const filters = Filters.parse(queryText(query, 'filters'));
    const all = prunesAll(filters) || !isAtLeast(apiVersion, SPARES_NAMED);
    const { names, reclaimedBytes } = await backend.prune(filters, { all });
    return { VolumesDeleted: names, SpaceReclaimed: reclaimedBytes };
  });
  app.put('/volumes/:name', async () => {
    throw new EngineError('unavailable', 'volume update only valid for cluster volumes, but swarm is unavailable');
  });
  registerVolumeTransferRoutes(app, backend);
}
