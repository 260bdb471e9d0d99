import type { FastifyInstance, FastifyRequest } from 'fastify';
import { execConfig, execStartBody } from '../../../api-types/exec.ts';
import { decodeBody } from '../../../api-types/shape.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { isAtLeast } from '../../api-version.ts';
import { terminalSize } from '../../go-atoi.ts';
import { type HijackPlan, registerHijack } from '../../hijack.ts';
import { readJson } from '../../json-body.ts';
import type { ExecBackend, ExecStartOptions } from './backend.ts';

type ExecRequest = FastifyRequest<{ Params: { id: string } }>;

export function registerExecRoutes(app: FastifyInstance, backend: ExecBackend): void {
  app.post('/containers/:id/exec', async (request: ExecRequest, reply) => {
    const config = decodeBody(execConfig, await readJson(request, { required: true }));
    const id = backend.createExec(request.params.id, config);
    reply.code(201);
    return { Id: id };
  });
  registerHijack(app, {
    method: 'POST',
    path: '/exec/:id/start',
    prepare: async (request) => start(backend, request as ExecRequest),
  });
  app.get('/exec/:id/json', async ({ params }: ExecRequest) => backend.inspectExec(params.id));
  app.post('/exec/:id/resize', async ({ params, query }: ExecRequest, reply) => {
    await backend.resizeExec(params.id, terminalSize(query));
    return reply.code(200).send();
  });
}

/** Detached, the answer comes when the process runs; otherwise the connection becomes its streams. */
async function start(backend: ExecBackend, request: ExecRequest): Promise<HijackPlan | undefined> {
  const { params, headers } = request;
  const body = decodeBody(execStartBody, await readJson(request));
  const options: ExecStartOptions = { consoleSize: sizeOf(body.ConsoleSize, body.Tty) };
  backend.inspectExec(params.id);
  if (body.Detach) {
    await backend.startExecDetached(params.id, options);
    return undefined;
  }
  const attachment = backend.startExecAttached(params.id, options);
  const says = headers.upgrade !== undefined && attachment.multiplexed && isAtLeast(request.apiVersion, '1.42');
  return {
    contentType: says ? 'application/vnd.docker.multiplexed-stream' : 'application/vnd.docker.raw-stream',
    serve: (connection) => attachment.serve(connection),
  };
}

function sizeOf(size: [number, number] | null | undefined, terminal: boolean): ExecStartOptions['consoleSize'] {
  if (size === null || size === undefined) return undefined;
  if (!terminal) throw invalidArgument('console size is only supported when TTY is enabled');
  const [rows, columns] = size;
  return { rows, columns };
}
