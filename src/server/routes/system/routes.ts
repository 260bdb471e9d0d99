import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DiskUsageResponse } from '../../../api-types/system.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { queryList } from '../../query.ts';
import { summaryResponse } from '../images/image-responses.ts';
import type { SystemBackend, UsageType } from './backend.ts';
import { registerEventRoutes } from './event-routes.ts';
import { infoResponse } from './info-response.ts';
import { versionResponse } from './version-response.ts';

const USAGE_TYPES: readonly UsageType[] = ['container', 'image', 'volume', 'build-cache'];

export function registerSystemRoutes(app: FastifyInstance, backend: SystemBackend): void {
  const greeted = (request: FastifyRequest, reply: FastifyReply) => {
    backend.greet();
    return ping(request, reply);
  };
  app.get('/_ping', greeted);
  app.head('/_ping', greeted);
  app.get('/version', async () => versionResponse(backend.engine, await backend.host(), await backend.components()));
  app.get('/info', async () => infoResponse(backend, await backend.host(), await backend.components()));
  app.get('/system/df', (request) => diskUsage(backend, request));
  registerEventRoutes(app, backend);
}

/** `Builder-Version: 1` has clients send builds to `/build`, as tar. */
async function ping(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .headers({
      'Builder-Version': '1',
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      Swarm: 'inactive',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': request.method === 'HEAD' ? '0' : '2',
    })
    .serializer(String)
    .send(request.method === 'HEAD' ? '' : 'OK');
}

async function diskUsage(backend: SystemBackend, request: FastifyRequest): Promise<DiskUsageResponse> {
  const asked = queryList(request.query, 'type');
  const types = new Set<UsageType>();
  for (const type of asked.length === 0 ? USAGE_TYPES : asked) {
    const known = USAGE_TYPES.find((it) => it === type);
    if (known === undefined) throw invalidArgument(`unknown object type: ${type}`);
    types.add(known);
  }
  const usage = await backend.diskUsage(types);
  return {
    LayersSize: usage.layersSizeBytes,
    Images: usage.images?.map((summary) => summaryResponse(summary, request.apiVersion)) ?? null,
    Containers: usage.containers ?? null,
    Volumes: usage.volumes ?? null,
    BuildCache: usage.buildCache ?? null,
  };
}
