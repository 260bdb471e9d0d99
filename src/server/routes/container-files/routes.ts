import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { containerConfig } from '../../../api-types/container-config.ts';
import { decodeBody } from '../../../api-types/shape.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { repositoryAndTag } from '../../../lib/image-reference.ts';
import { readJson } from '../../json-body.ts';
import { queryFlag, queryList, queryText } from '../../query.ts';
import { hangUpSignal, jsonLines, sendStream } from '../../stream-response.ts';
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
  app.post('/commit', (request, reply) => commit(backend, request, reply));
  app.get('/containers/:id/top', ({ params, query }: ContainerRequest) =>
    backend.top(params.id, queryText(query, 'ps_args') ?? ''),
  );
  app.get('/containers/:id/stats', async ({ params, query }: ContainerRequest, reply) => {
    const [stream, oneShot] = [queryFlag(query, 'stream', true), queryFlag(query, 'one-shot')];
    if (stream && oneShot) throw invalidArgument('cannot have stream=true and one-shot=true');
    const stats = backend.stats(params.id, { stream, oneShot, signal: hangUpSignal(reply) });
    await sendStream(reply, 'application/json', jsonLines(stats));
    return reply;
  });
}

async function commit(
  backend: ContainerFileBackend,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly Id: string }> {
  const { query } = request;
  const body = await readJson(request);
  const container = queryText(query, 'container') ?? '';
  if (container === '') throw invalidArgument('invalid name or ID supplied: ""');
  const id = await backend.commit(container, {
    name: repositoryAndTag(queryText(query, 'repo') ?? '', queryText(query, 'tag') ?? ''),
    author: queryText(query, 'author') ?? '',
    comment: queryText(query, 'comment') ?? '',
    pause: queryFlag(query, 'pause', true),
    changes: queryList(query, 'changes'),
    config: body === undefined || body === null ? undefined : decodeBody(containerConfig, body),
  });
  reply.code(201);
  return { Id: id };
}
