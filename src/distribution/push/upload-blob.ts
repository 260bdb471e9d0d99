import type { BlobInfo } from '../../content/content-store.ts';
import { internalError } from '../../errors/engine-error.ts';
import type { DistributionContext } from '../context.ts';
import type { HttpResponse, StreamedBody } from '../http/http-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import { pushScope } from '../scopes.ts';
import { Attempts } from '../transfer/retry.ts';
import { hasBlob } from './has-blob.ts';

export interface BlobUpload {
  /** The repository, without its registry. */
  readonly name: string;
  readonly blob: BlobInfo;
  /** How many bytes have been handed to the connection. */
  readonly onSent: (sentBytes: number) => void;
  readonly onWait: (waitMs: number) => void;
}

/** Up to this size a blob goes in one request, and from its start again when that breaks. */
const MONOLITHIC_BYTES = 4 * 1024 * 1024;
const OCTETS = { 'content-type': 'application/octet-stream' };

/** Brings a blob into the repository unless it is there. @throws RegistryError, ExchangeError after too many attempts */
export async function uploadBlob(
  context: DistributionContext,
  client: RegistryClient,
  upload: BlobUpload,
  signal: AbortSignal,
): Promise<void> {
  if (await hasBlob(client, upload.name, upload.blob.digest, signal)) return;
  await sendBlob(context, client, upload, signal);
}

/**
 * Sends a blob. Small ones go in one piece; of large ones, what the registry has taken before the connection broke is
 * not sent again.
 */
export async function sendBlob(
  context: DistributionContext,
  client: RegistryClient,
  upload: BlobUpload,
  signal: AbortSignal,
): Promise<void> {
  const session = new UploadSession(context, client, upload, signal);
  const attempts = new Attempts(context.settings, signal, upload.onWait);
  for (let offset = 0; ; ) {
    try {
      if (upload.blob.sizeBytes <= MONOLITHIC_BYTES) await session.sendWhole();
      else await session.sendFrom(offset);
      return;
    } catch (error) {
      await attempts.failed(error);
      const stored = await session.storedBytes();
      if (stored > offset) attempts.progressed();
      offset = stored;
    }
  }
}

/** One upload at the registry; it is begun with the first bytes. */
class UploadSession {
  readonly #context: DistributionContext;
  readonly #client: RegistryClient;
  readonly #upload: BlobUpload;
  readonly #signal: AbortSignal;
  readonly #scopes: readonly string[];
  #location: URL | undefined;

  constructor(context: DistributionContext, client: RegistryClient, upload: BlobUpload, signal: AbortSignal) {
    this.#context = context;
    this.#client = client;
    this.#upload = upload;
    this.#signal = signal;
    this.#scopes = [pushScope(upload.name)];
  }

  async sendWhole(): Promise<void> {
    await this.#begin();
    await this.#finish(this.#body(0));
  }

  async sendFrom(offset: number): Promise<void> {
    const location = this.#location ?? (await this.#begin());
    const { sizeBytes } = this.#upload.blob;
    if (offset < sizeBytes) {
      const range = { 'content-range': `${offset}-${sizeBytes - 1}` };
      const response = await this.#send('PATCH', location, this.#body(offset), offset === 0 ? {} : range);
      this.#follow(response);
    }
    await this.#finish(undefined);
  }

  /** How much of the blob the registry keeps of this upload; a lost upload is begun anew. */
  async storedBytes(): Promise<number> {
    const location = this.#location;
    this.#location = undefined;
    if (location === undefined || this.#upload.blob.sizeBytes <= MONOLITHIC_BYTES) return 0;
    const response = await this.#client.send({
      method: 'GET',
      target: location,
      scopes: this.#scopes,
      accepts: [400, 404, 405, 416],
      signal: this.#signal,
    });
    response.body.resume();
    if (response.status >= 300) return 0;
    const last = /^(?:bytes=)?0-(\d+)$/.exec(response.header('range') ?? '')?.[1];
    this.#location = locationOf(response) ?? location;
    // An upload without a byte is told as `0-0`, which may also mean one byte: that one is sent again in a new upload.
    if (last === undefined || last === '0') {
      this.#location = undefined;
      return 0;
    }
    return Number(last) + 1;
  }

  async #begin(): Promise<URL> {
    const target = `/v2/${this.#upload.name}/blobs/uploads/`;
    const response = await this.#client.sendOnce({
      method: 'POST',
      target,
      scopes: this.#scopes,
      signal: this.#signal,
    });
    response.body.resume();
    return this.#follow(response);
  }

  async #finish(body: StreamedBody | undefined): Promise<void> {
    if (this.#location === undefined) throw internalError('an upload was finished before it was begun');
    const location = new URL(this.#location);
    location.searchParams.set('digest', this.#upload.blob.digest);
    const response = await this.#send('PUT', location, body, {});
    response.body.resume();
  }

  #send(method: 'PUT' | 'PATCH', target: URL, body: StreamedBody | undefined, headers: Record<string, string>) {
    return this.#client.sendOnce({
      method,
      target,
      headers: { ...OCTETS, ...headers },
      scopes: this.#scopes,
      ...(body === undefined ? {} : { body }),
      signal: this.#signal,
    });
  }

  #follow(response: HttpResponse): URL {
    response.body.resume();
    const location = locationOf(response);
    if (location === undefined) throw internalError('the registry does not say where to send the blob');
    this.#location = location;
    return location;
  }

  #body(offset: number): StreamedBody {
    const { blob, onSent } = this.#upload;
    const { content } = this.#context;
    return {
      sizeBytes: blob.sizeBytes - offset,
      async *stream() {
        let position = 0;
        for await (const chunk of content.read(blob.digest)) {
          const wanted = chunk.subarray(Math.max(0, offset - position));
          position += chunk.length;
          if (wanted.length === 0) continue;
          yield wanted;
          onSent(position);
        }
      },
    };
  }
}

function locationOf(response: HttpResponse): URL | undefined {
  const location = response.header('location');
  return location === undefined ? undefined : (URL.parse(location, response.url.href) ?? undefined);
}
