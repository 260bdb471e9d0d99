import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { EngineError, invalidArgument, messageOf } from '../errors/engine-error.ts';
import { jsonErrorText } from './json-error-text.ts';

const JSON_LIMIT_BYTES = 16 * 1024 * 1024;

/** The request's body as it comes, of any type and length; undefined when the request has none. */
export function rawBody(request: FastifyRequest): Readable | undefined {
  return request.body as Readable | undefined;
}

/**
 * The request's JSON body. An empty one is `undefined`, unless it is `required`.
 * @throws invalid_argument with Docker's texts for another Content-Type, broken JSON and bodies above 16 MiB.
 */
export async function readJson(request: FastifyRequest, options: { required?: boolean } = {}): Promise<unknown> {
  const body = rawBody(request);
  const contentType = request.headers['content-type'];
  if (contentType !== undefined || body !== undefined) checkContentType(contentType ?? '');
  const text = body === undefined ? '' : await readText(body);
  if (text.trim() === '') {
    if (options.required === true || text !== '')
      throw invalidArgument('invalid JSON: got EOF while reading request body');
    return undefined;
  }
  return parseJson(text);
}

function checkContentType(contentType: string): void {
  const [mediaType = ''] = contentType.split(';', 1);
  if (mediaType.trim() === '') {
    throw invalidArgument(`malformed Content-Type header (${contentType}): mime: no media type`);
  }
  if (mediaType.trim().toLowerCase() !== 'application/json') {
    throw invalidArgument(`unsupported Content-Type header (${contentType}): must be 'application/json'`);
  }
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > JSON_LIMIT_BYTES) {
        throw invalidArgument(`request body too large: more than ${JSON_LIMIT_BYTES} bytes of JSON`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw invalidArgument(`invalid JSON: ${messageOf(error)}`, error);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidArgument(jsonErrorText(messageOf(error), text), error);
  }
}
