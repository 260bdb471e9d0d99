import type { FastifyInstance, FastifyRequest } from 'fastify';
import { queryText } from '../../query.ts';
import { sendStream } from '../../stream-response.ts';
import { registerArchiveRoutes } from './archive-routes.ts';
import type { ContainerFileBackend } from './backend.ts';

type ContainerRequest = FastifyRequest<{ Params: { id: string } }>;

/** Routes that look into a container and at its files. */
export function registerContainerFileRoutes(app: FastifyInstance, backend: ContainerFileBackend): void {
  app.get('/containers/:id/changes', async ({ params }: ContainerRequest, reply) => {
    const changes = await backend.changes(params.id);
    return reply.type('application/json').serializer(JSON.stringify).send(changes);
  });
  app.get('/containers/:id/export', async ({ params }: ContainerRequest, reply) => {
    await sendStream(reply, 'application/octet-stream', await backend.export(params.id));
    return reply;
  });
  registerArchiveRoutes(app, backend);
  app.get('/containers/:id/top', ({ params, query }: ContainerRequest) =>
    backend.top(params.id, queryText(query, 'ps_args') ?? ''),
  );
}
