import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { VolumeJson } from '../../../api-types/volume.ts';
import { rawBody } from '../../json-body.ts';
import { queryFlag, queryText } from '../../query.ts';
import { sendStream } from '../../stream-response.ts';
import type { VolumeBackend } from './backend.ts';
import { volumeJson } from './volume-json.ts';

type VolumeRequest = FastifyRequest<{ Params: { name: string } }>;

/** What volumes hold, out, in and over into another. Docker's API has none of these. */
export function registerVolumeTransferRoutes(app: FastifyInstance, backend: VolumeBackend): void {
  app.get('/volumes/:name/export', async ({ params, query }: VolumeRequest, reply) => {
    const archive = await backend.export(params.name, { pause: queryFlag(query, 'pause') });
    await sendStream(reply, 'application/x-tar', archive);
    return reply;
  });
  app.put('/volumes/:name/import', async (request: VolumeRequest): Promise<VolumeJson> => {
    const { name } = request.params;
    await backend.import(name, rawBody(request) ?? nothing());
    return volumeJson(backend, backend.get(name));
  });
  app.post('/volumes/:name/clone', async ({ params, query }: VolumeRequest, reply): Promise<VolumeJson> => {
    const pause = queryFlag(query, 'pause');
    const record = await backend.clone(params.name, queryText(query, 'name') ?? '', { pause });
    reply.code(201);
    return volumeJson(backend, record);
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
