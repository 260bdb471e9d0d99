import { EngineError, internalError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import type { Report } from '../../lib/progress.ts';
import { progressMessage } from '../../lib/progress.ts';

/** How much must have come before progress is told again. */
const REPORT_EVERY_BYTES = 512 * 1024;
const SHOWN_CHARACTERS = 1024;

/**
 * The bytes to import: the request's body for `-`, otherwise what an HTTP server answers, of whose coming it tells.
 * @throws invalid_argument, internal for a URL that cannot be had; the signal's reason
 */
export async function openSource(
  source: string,
  body: AsyncIterable<Uint8Array>,
  report: Report,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (source === '-') return body;
  const url = parseUrl(source.includes('://') ? source : `http://${source}`);
  const response = await get(url, signal);
  if (response.status >= 400) {
    const text = await startOf(response);
    throw new EngineError(
      response.status === 404 ? 'not_found' : 'internal',
      `failed to GET ${url.href} with status ${response.status} ${response.statusText}: ${text}`,
    );
  }
  report({ status: `Downloading from ${url.href}` });
  return downloading(response, report);
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw internalError(`Get ${JSON.stringify(text)}: http: no Host in request URL`, error);
  }
  if (!['http:', 'https:'].includes(url.protocol)) {
    throw internalError(`Get ${JSON.stringify(text)}: unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
  }
  return url;
}

/** Enough of a page to see what is wrong. */
async function startOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  if (body === null) return text;
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= SHOWN_CHARACTERS) break;
  }
  return text.slice(0, SHOWN_CHARACTERS);
}

async function get(url: URL, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw internalError(`Get ${JSON.stringify(url.href)}: ${messageOf(cause)}`, error);
  }
}

async function* downloading(response: Response, report: Report): AsyncGenerator<Uint8Array> {
  const total = Number(response.headers.get('content-length') ?? 0);
  let current = 0;
  let told = 0;
  if (response.body === null) return;
  try {
    for await (const chunk of response.body) {
      current += chunk.length;
      if (current - told >= REPORT_EVERY_BYTES || current === total) {
        told = current;
        report(progressMessage('Importing', undefined, { current, total }));
      }
      yield chunk;
    }
  } catch (error) {
    throw invalidArgument(`the download of ${response.url} broke off: ${messageOf(error)}`, error);
  }
}
