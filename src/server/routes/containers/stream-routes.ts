import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { isAtLeast } from '../../api-version.ts';
import { outputFrames } from '../../frames.ts';
import { type HijackPlan, registerHijack } from '../../hijack.ts';
import { queryFlag, queryText } from '../../query.ts';
import { timestampNs } from '../../query-time.ts';
import { hangUpSignal, sendStream } from '../../stream-response.ts';
import type { ContainerBackend } from './backend.ts';

const RAW = 'application/vnd.docker.raw-stream';
const MULTIPLEXED = 'application/vnd.docker.multiplexed-stream';

type ContainerRequest = FastifyRequest<{ Params: { id: string } }>;

export function registerContainerStreams(app: FastifyInstance, backend: ContainerBackend): void {
  app.get('/containers/:id/logs', (request: ContainerRequest, reply) => logs(backend, request, reply));
  registerHijack(app, {
    method: 'POST',
    path: '/containers/:id/attach',
    prepare: async (request) => attach(backend, request as ContainerRequest),
    refusesAsText: true,
  });
}

async function logs(backend: ContainerBackend, request: ContainerRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { query, params } = request;
  const stdout = queryFlag(query, 'stdout');
  const stderr = queryFlag(query, 'stderr');
  if (!stdout && !stderr) throw invalidArgument('Bad parameters: you must choose at least one stream');
  const { multiplexed, entries } = backend.logs(params.id, {
    stdout,
    stderr,
    follow: queryFlag(query, 'follow'),
    tail: tailOf(queryText(query, 'tail')),
    sinceNs: timestampNs(queryText(query, 'since'), 'invalid_argument'),
    untilNs: timestampNs(queryText(query, 'until'), 'invalid_argument'),
    timestamps: queryFlag(query, 'timestamps'),
    details: queryFlag(query, 'details'),
    signal: hangUpSignal(reply),
  });
  const contentType = multiplexed && isAtLeast(request.apiVersion, '1.42') ? MULTIPLEXED : RAW;
  await sendStream(reply, contentType, outputFrames(entries, multiplexed));
  return reply;
}

/** `all`, and whatever is no number from zero on, is all lines, as with Docker. */
function tailOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function attach(backend: ContainerBackend, request: ContainerRequest): HijackPlan {
  const { query, params, headers } = request;
  const attachment = backend.attach(params.id, {
    logs: queryFlag(query, 'logs'),
    stream: queryFlag(query, 'stream'),
    stdin: queryFlag(query, 'stdin'),
    stdout: queryFlag(query, 'stdout'),
    stderr: queryFlag(query, 'stderr'),
    detachKeys: queryText(query, 'detachKeys') ?? '',
  });
  const says = headers.upgrade !== undefined && attachment.multiplexed && isAtLeast(request.apiVersion, '1.42');
  return {
    contentType: says ? MULTIPLEXED : RAW,
    serve: (connection) => attachment.serve(connection),
  };
}
