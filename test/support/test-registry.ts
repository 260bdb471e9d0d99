import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Blob, RegistryImage } from './registry-image.ts';

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** Does something else than a registry should; true when it has answered. */
export type Fault = (request: SeenRequest, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * A registry in memory that fails when it is told to. It knows what clients ask for and little more: what a good
 * registry does, `docker-registry` and our own show in other tests.
 */
export class TestRegistry {
  readonly requests: SeenRequest[] = [];
  readonly blobs = new Map<string, Buffer>();
  /** By `name:tag` and `name@digest`. */
  readonly manifests = new Map<string, Blob>();
  /** Asked before each answer. */
  fault: Fault = () => false;
  /** The connection of the next upload breaks when it has brought this many bytes, which are kept. */
  breakUploadAfter = Number.POSITIVE_INFINITY;
  readonly #server: Server;
  readonly #uploads = new Map<string, Buffer[]>();
  #lastUpload = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(port = 0): Promise<TestRegistry> {
    const registry = new TestRegistry();
    registry.#server.listen(port, '127.0.0.1');
    await once(registry.#server, 'listening');
    return registry;
  }

  /** `127.0.0.1:port`, as it stands in names of images. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  add(name: string, tag: string, { config, layers, manifest }: RegistryImage): void {
    for (const { digest, bytes } of [config, ...layers]) this.blobs.set(digest, bytes);
    this.addManifest(name, tag, manifest);
  }

  addManifest(name: string, tag: string, manifest: Blob): void {
    this.manifests.set(`${name}:${tag}`, manifest);
    this.manifests.set(`${name}@${manifest.digest}`, manifest);
  }

  /** Requests for which the path matches, in their order. */
  seen(method: string, path: RegExp): SeenRequest[] {
    return this.requests.filter((request) => request.method === method && path.test(request.path));
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers };
    this.requests.push(request);
    // By which Docker tells a registry from any other server.
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    if (await this.fault(request, response)) return;
    if (path === '/v2/') return void response.end('{}');
    const [, name = '', kind = '', rest = ''] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.*)$/.exec(path) ?? [];
    if (rest.startsWith('uploads/')) return this.#upload(incoming, response, { name, rest });
    if (kind === 'manifests') return this.#manifest(incoming, response, name, rest);
    if (kind === 'blobs') return sendBlob(request, response, this.blobs.get(rest), rest);
    refuse(response, 404, 'UNSUPPORTED');
  }

  async #manifest(incoming: IncomingMessage, response: ServerResponse, name: string, ref: string): Promise<void> {
    if (incoming.method === 'PUT') {
      const bytes = await buffer(incoming);
      const digest = digestOf(bytes);
      this.addManifest(name, ref, { bytes, digest, mediaType: incoming.headers['content-type'] ?? '' });
      response.writeHead(201, { 'docker-content-digest': digest }).end();
      return;
    }
    const manifest = this.manifests.get(`${name}${ref.startsWith('sha256:') ? '@' : ':'}${ref}`);
    if (manifest === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    response.writeHead(200, {
      'content-type': manifest.mediaType,
      'content-length': manifest.bytes.length,
      'docker-content-digest': manifest.digest,
    });
    response.end(incoming.method === 'HEAD' ? undefined : manifest.bytes);
  }

  async #upload(
    incoming: IncomingMessage,
    response: ServerResponse,
    { name, rest }: { name: string; rest: string },
  ): Promise<void> {
    const url = new URL(rest, 'http://x/');
    const id = incoming.method === 'POST' ? String(++this.#lastUpload) : url.pathname.replace('/uploads/', '');
    if (incoming.method === 'POST') this.#uploads.set(id, []);
    const parts = this.#uploads.get(id);
    if (parts === undefined) return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown');
    let received = 0;
    for await (const chunk of incoming) {
      parts.push(chunk as Buffer);
      received += (chunk as Buffer).length;
      if (received < this.breakUploadAfter) continue;
      this.breakUploadAfter = Number.POSITIVE_INFINITY;
      response.destroy();
      return;
    }
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
    const headers = { location: `/v2/${name}/blobs/uploads/${id}`, range: `0-${Math.max(0, sizeBytes - 1)}` };
    if (incoming.method !== 'PUT') return void response.writeHead(incoming.method === 'GET' ? 204 : 202, headers).end();
    const bytes = Buffer.concat(parts);
    const digest = url.searchParams.get('digest') ?? '';
    if (digestOf(bytes) !== digest) return refuse(response, 400, 'DIGEST_INVALID', 'provided digest did not match');
    this.blobs.set(digest, bytes);
    response.writeHead(201, { 'docker-content-digest': digest }).end();
  }
}

/** Answers a request for a blob, or for a part of it. */
export function sendBlob(
  { method, headers }: SeenRequest,
  response: ServerResponse,
  blob: Buffer | undefined,
  digest: string,
): void {
  if (blob === undefined) return refuse(response, 404, 'BLOB_UNKNOWN', `blob unknown to registry: ${digest}`);
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const part = blob.subarray(start);
  response.writeHead(start === 0 ? 200 : 206, {
    'content-length': part.length,
    ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` }),
  });
  response.end(method === 'HEAD' ? undefined : part);
}

export function refuse(response: ServerResponse, status: number, code: string, message = code.toLowerCase()): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message, detail: {} }] }));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
