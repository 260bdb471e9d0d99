import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { repositoryAndTag } from '../../../lib/image-reference.ts';
import { parsePlatform } from '../../../lib/platform.ts';
import { rawBody } from '../../json-body.ts';
import { queryList, queryText } from '../../query.ts';
import { hangUpSignal, sendStream } from '../../stream-response.ts';
import type { DistributionBackend } from '../distribution/backend.ts';
import { pull } from '../distribution/pull-route.ts';
import type { ImageBackend } from './backend.ts';
import { ProgressReply } from './progress-reply.ts';
import { refuseOtherPlatforms, wantedPlatforms } from './wanted-platform.ts';

/** Routes that carry whole images in or out. */
export function registerImageTransferRoutes(
  app: FastifyInstance,
  backend: ImageBackend,
  registries: Pick<DistributionBackend, 'pull'>,
): void {
  app.post('/images/load', async (request, reply) => {
    const platforms = wantedPlatforms(request, 'platform', '1.48');
    const signal = hangUpSignal(reply);
    const progress = new ProgressReply(reply);
    try {
      await backend.load(bodyOf(request), progress.report, { platforms, signal });
    } catch (error) {
      progress.fail(error, true);
    }
    progress.end();
    return reply;
  });
  app.post('/images/create', async (request, reply) => {
    if ((queryText(request.query, 'fromImage') ?? '') !== '') return pull(registries, request, reply);
    return importImage(backend, request, reply);
  });
  app.get('/images/get', async (request, reply) => {
    return save(backend, queryList(request.query, 'names'), request, reply);
  });
  app.get('/images/:name/get', async (request, reply) => {
    return save(backend, [(request.params as { name: string }).name], request, reply);
  });
}

async function importImage(backend: ImageBackend, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { query } = request;
  const platform = queryText(query, 'platform') ?? '';
  const progress = new ProgressReply(reply);
  const wanted = {
    source: queryText(query, 'fromSrc') ?? '',
    body: bodyOf(request),
    name: repositoryAndTag(queryText(query, 'repo') ?? '', queryText(query, 'tag') ?? ''),
    message: queryText(query, 'message') ?? '',
    platform: platform === '' ? undefined : parsePlatform(platform),
    changes: queryList(query, 'changes'),
    signal: hangUpSignal(reply),
  };
  try {
    await backend.import(wanted, progress.report);
  } catch (error) {
    progress.fail(error, false);
  }
  progress.end();
  return reply;
}

async function save(
  backend: ImageBackend,
  names: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await refuseOtherPlatforms(backend, names, wantedPlatforms(request, 'platform', '1.48'));
  await sendStream(reply, 'application/x-tar', await backend.save(names));
  return reply;
}

function bodyOf(request: FastifyRequest): AsyncIterable<Uint8Array> {
  return rawBody(request) ?? nothing();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
