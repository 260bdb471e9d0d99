import { internalError } from '../../errors/engine-error.ts';
import type { HttpResponse } from '../http/http-client.ts';
import { ExchangeError, exchangeError } from '../http/transport-error.ts';
import type { Descriptor } from '../manifest/manifest.ts';
import { blobTarget, type RegistryClient } from '../registry-client.ts';
import { Attempts, type RetryRules } from './retry.ts';

export interface BlobRequest {
  /** The repository, without its registry. */
  readonly name: string;
  readonly blob: Pick<Descriptor, 'digest' | 'sizeBytes'>;
  readonly scopes: readonly string[];
  readonly rules: RetryRules;
  readonly signal: AbortSignal;
  readonly onWait: (waitMs: number) => void;
}

/** An attempt that brought this much has earned the next ones. */
const PROGRESS_BYTES = 1024 * 1024;

/**
 * A blob's bytes, in order and each once: when the connection breaks, the next attempt goes on where the last one
 * stopped. Size and digest are for the reader to check; more bytes than announced are not held back.
 * @throws RegistryError, ExchangeError after too many attempts
 */
export async function* readBlob(client: RegistryClient, request: BlobRequest): AsyncGenerator<Uint8Array> {
  const { blob, rules, signal } = request;
  const attempts = new Attempts(rules, signal, request.onWait);
  let asksForRest = true;
  for (let offset = 0, earned = 0; ; ) {
    try {
      for await (const chunk of readFrom(client, request, { offset, asksForRest })) {
        offset += chunk.length;
        if (offset - earned >= PROGRESS_BYTES) {
          earned = offset;
          attempts.progressed();
        }
        yield chunk;
      }
      if (offset >= blob.sizeBytes) return;
      throw new ExchangeError(
        `blob ${blob.digest} ended after ${offset} of ${blob.sizeBytes} bytes: unexpected EOF`,
        true,
        undefined,
      );
    } catch (error) {
      // All of it came before the connection broke: there is no rest to ask for.
      if (offset === blob.sizeBytes && error instanceof ExchangeError) return;
      if (error instanceof RestUnusable) {
        asksForRest = false;
        continue;
      }
      await attempts.failed(error);
    }
  }
}

/** A server that says it knows ranges gave another one than it was asked for, or none: it is asked for the whole. */
class RestUnusable extends Error {}

async function* readFrom(
  client: RegistryClient,
  { name, blob, scopes, signal }: BlobRequest,
  { offset, asksForRest }: { readonly offset: number; readonly asksForRest: boolean },
): AsyncGenerator<Uint8Array> {
  const isPart = asksForRest && offset > 0;
  const response = await client.sendOnce({
    method: 'GET',
    target: blobTarget(name, blob.digest),
    // Compressed on its way it would have another size than the one it is known by.
    headers: { 'accept-encoding': 'identity', ...(isPart ? { range: `bytes=${offset}-` } : {}) },
    scopes,
    signal,
    accepts: isPart ? [416] : [],
  });
  let surplus = offset - startOf(response);
  if (!(surplus >= 0)) {
    response.body.destroy();
    if (isPart) throw new RestUnusable();
    throw internalError(`the registry left out a part of blob ${blob.digest}`);
  }
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      const wanted = chunk.subarray(surplus);
      surplus -= chunk.length - wanted.length;
      if (wanted.length > 0) yield wanted;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw exchangeError('GET', response.url, error);
  }
}

/** A server that knows no ranges answers with the whole. NaN for an answer that does not say what it is. */
function startOf(response: HttpResponse): number {
  if (response.status === 416) return Number.NaN;
  if (response.status !== 206) return 0;
  return Number(/^bytes (\d+)-/.exec(response.header('content-range') ?? '')?.[1] ?? Number.NaN);
}
