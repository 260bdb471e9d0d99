import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { goFileMode } from '../../../lib/go-file-mode.ts';
import { formatNs } from '../../../lib/timestamps.ts';
import { takeBodies, takenBody } from '../../hijack.ts';
import { rawBody } from '../../json-body.ts';
import { queryFlag, queryText } from '../../query.ts';
import { sendDirectly, sendStream } from '../../stream-response.ts';
import type { ContainerFileBackend, PathStat } from './backend.ts';

type ContainerRequest = FastifyRequest<{ Params: { id: string } }>;

const STAT_HEADER = 'X-Docker-Container-Path-Stat';

/** Files into and out of a container, as archives. */
export function registerArchiveRoutes(app: FastifyInstance, backend: ContainerFileBackend): void {
  const url = '/containers/:id/archive';
  app.head(url, async ({ params, query }: ContainerRequest, reply) => {
    const stat = await backend.statPath(params.id, pathOf(query));
    return reply.header(STAT_HEADER, encodeStat(stat)).send();
  });
  app.get(url, { exposeHeadRoute: false }, async ({ params, query }: ContainerRequest, reply) => {
    const path = pathOf(query);
    const sent = await sendDirectly(reply, 'application/x-tar', (socket, begin) =>
      backend.sendPath(params.id, path, {
        socket,
        begin: (stat) => {
          reply.header(STAT_HEADER, encodeStat(stat));
          return begin();
        },
      }),
    );
    if (sent) return reply;
    const { stat, archive } = await backend.readPath(params.id, path);
    reply.header(STAT_HEADER, encodeStat(stat));
    await sendStream(reply, 'application/x-tar', archive);
    return reply;
  });
  takeBodies(app, 'PUT', url);
  app.put(url, async (request: ContainerRequest, reply) => {
    const { params, query } = request;
    const archive = takenBody(request.raw) ?? rawBody(request) ?? nothing();
    await backend.writePath(params.id, pathOf(query), archive, {
      keepKinds: queryFlag(query, 'noOverwriteDirNonDir'),
      ownByUser: queryFlag(query, 'copyUIDGID'),
    });
    return reply.code(200).send();
  });
}

function pathOf(query: unknown): string {
  const path = queryText(query, 'path') ?? '';
  // Docker's own text, without its space.
  if (path === '') throw invalidArgument('bad parameter: pathcannot be empty');
  return path;
}

function encodeStat({ name, sizeBytes, mode, mtimeNs, linkTarget }: PathStat): string {
  const stat = { name, size: sizeBytes, mode: goFileMode(mode), mtime: formatNs(BigInt(mtimeNs)), linkTarget };
  return Buffer.from(JSON.stringify(stat)).toString('base64');
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
