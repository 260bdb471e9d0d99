import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type BuildPruneResponse, PROGRESS_HEADER } from '../../../api-types/build.ts';

import { EngineError, isEngineError } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import { shortId } from '../../../lib/ids.ts';
import { familiarReference } from '../../../lib/image-reference.ts';
import { readJson } from '../../json-body.ts';
import { queryFlag, queryText } from '../../query.ts';
import { hangUpSignal, sendStream } from '../../stream-response.ts';
import type { BuildBackend, BuildRequest, BuildResult, LintReport } from './backend.ts';
import { buildRequestOf } from './build-query.ts';
import { BuildReply } from './build-reply.ts';
import { ClassicProgress } from './classic-progress.ts';
import { EventProgress } from './event-progress.ts';
import { HandedSecrets } from './handed-secrets.ts';
import { QuietProgress } from './quiet-progress.ts';

export function registerBuildRoutes(app: FastifyInstance, backend: BuildBackend): void {
  const secrets = new HandedSecrets();
  app.post('/build', (request, reply) => build(backend, secrets, request, reply));
  app.post('/build/secrets', async (request) => ({ ID: secrets.keep(await readJson(request, { required: true })) }));
  app.get('/build/rootfs', async (request, reply) => {
    const files = await backend.rootfs(queryText(request.query, 'image') ?? '');
    await sendStream(reply, 'application/x-tar', files);
    return reply;
  });
  app.post('/build/cancel', async (request, reply) => {
    backend.cancel(queryText(request.query, 'id') ?? '');
    return reply.code(200).send();
  });
  app.post('/build/prune', (request) => prune(backend, request.query));
}

/** Builds an image. An error before the first step is a status, one after it a message; a hang-up ends the build. */
async function build(
  backend: BuildBackend,
  secrets: HandedSecrets,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const handed = secrets.take(queryText(request.query, 'secrets') ?? '');
  const wanted = buildRequestOf(request, handed, hangUpSignal(reply));
  const isQuiet = queryFlag(request.query, 'q');
  const answer = new BuildReply(reply);
  const write = (message: object) => answer.write(message);
  const drained = () => answer.drained();
  const wantsEvents = request.headers[PROGRESS_HEADER] !== undefined;
  if (wantsEvents && !isQuiet) void reply.header(PROGRESS_HEADER, 'events');
  const progress = isQuiet
    ? new QuietProgress(write)
    : wantsEvents
      ? new EventProgress(write, drained)
      : new ClassicProgress(write, drained);
  try {
    const result = await backend.build(wanted, queryText(request.query, 'buildid') ?? '', progress);
    progress.flush(false);
    if (result.check !== undefined) tellCheck(write, result.check);
    else if (isQuiet) write({ stream: `${result.imageId ?? ''}\n` });
    else tellResult(write, wanted, result, wantsEvents);
  } catch (error) {
    progress.flush(true);
    answer.fail(error, wanted.signal.aborted);
  }
  answer.end();
  return reply;
}

/** The report is text for people; whether anything was found is for programs. */
function tellCheck(write: (message: object) => void, { text, warnings, error }: LintReport): void {
  write({ stream: text });
  write({ aux: { CheckPassed: warnings.length === 0 && error === undefined } });
}

function tellResult(
  write: (message: object) => void,
  { names }: BuildRequest,
  { imageId }: BuildResult,
  wantsEvents: boolean,
): void {
  if (imageId === undefined) return;
  write({ aux: { ID: imageId } });
  if (wantsEvents) return;
  write({ stream: `Successfully built ${shortId(imageId)}\n` });
  for (const name of names) write({ stream: `Successfully tagged ${familiarReference(name)}\n` });
}

async function prune(backend: BuildBackend, query: unknown): Promise<BuildPruneResponse> {
  const keep =
    queryText(query, 'keep-storage') ?? queryText(query, 'reserved-space') ?? queryText(query, 'max-used-space');
  const { ids, reclaimedBytes } = await pruneCache(backend, {
    all: queryFlag(query, 'all'),
    filters: Filters.parse(queryText(query, 'filters')),
    keepBytes: keep === undefined || Number(keep) <= 0 ? undefined : Number(keep),
  });
  return { CachesDeleted: ids.length === 0 ? null : ids, SpaceReclaimed: reclaimedBytes };
}

async function pruneCache(
  backend: BuildBackend,
  request: Parameters<BuildBackend['prune']>[0],
): ReturnType<BuildBackend['prune']> {
  try {
    return await backend.prune(request);
  } catch (error) {
    if (!isEngineError(error)) throw error;
    throw new EngineError(error.kind, `failed to prune build cache: ${error.message}`, { cause: error });
  }
}
