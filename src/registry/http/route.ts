import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Digest, isDigest } from '../../lib/digest.ts';
import { isReference, isRepositoryName, type RepositoryName } from '../names.ts';
import type { RegistryContent, WritableRegistry } from '../registry-content.ts';
import { digestInvalid, manifestInvalid, nameInvalid, RegistryError, unsupported } from '../registry-error.ts';
import { deleteBlob, sendBlob } from './blobs.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { sendCatalog, sendReferrers, sendTags } from './lists.ts';
import { deleteManifest, receiveManifest, sendManifest } from './manifests.ts';
import { beginUpload, cancelUpload, finishUpload, receiveChunk, sendUploadStatus } from './uploads.ts';

/** What is served; without `writable` nothing can be pushed or deleted. */
export interface RegistryParts {
  readonly content: RegistryContent;
  readonly writable: WritableRegistry | undefined;
}

type Handler = (exchange: Exchange, name: RepositoryName) => Promise<void>;

/** Repository names have slashes in them: the path is read from its end. */
const PATH = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/((?:uploads\/)?[^/]*)$/;

/** Answers one request. @throws RegistryError and others, to be answered by the caller */
export async function route(parts: RegistryParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://registry');
  if (url === null) throw unsupported('the path is broken');
  const exchange: Exchange = { request, response, query: url.searchParams };
  const path = decoded(url.pathname);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && (path === '/v2/' || path === '/v2')) return sendJson(exchange, {});
  if (isRead && path === '/v2/_catalog') return sendCatalog(parts.content, exchange);
  const [, name = '', noun = '', rest = ''] = PATH.exec(path) ?? [];
  if (noun === '') throw new RegistryError([{ code: 'NAME_UNKNOWN', message: 'there is nothing at this path' }]);
  if (!isRepositoryName(name)) throw nameInvalid(name);
  await handlerOf(parts, request.method ?? '', noun, rest)(exchange, name);
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw unsupported('the path is broken'); // not UTF-8
  }
}

function handlerOf(parts: RegistryParts, method: string, noun: string, rest: string): Handler {
  if (noun === 'manifests') return manifestHandler(parts, method, rest);
  if (noun === 'blobs' && rest.startsWith('uploads/')) return uploadHandler(parts, method, rest.slice(8));
  if (noun === 'blobs' && rest === 'uploads') return uploadHandler(parts, method, '');
  if (noun === 'blobs') return blobHandler(parts, method, checkedDigest(rest));
  if (method !== 'GET' && method !== 'HEAD') throw unsupported(`${method} is not supported here`);
  if (noun === 'referrers') {
    const subject = checkedDigest(rest);
    return (exchange, name) => sendReferrers(parts.content, exchange, name, subject);
  }
  if (rest !== 'list') throw new RegistryError([{ code: 'NAME_UNKNOWN', message: 'there is nothing at this path' }]);
  return (exchange, name) => sendTags(parts.content, exchange, name);
}

function manifestHandler({ content, writable }: RegistryParts, method: string, reference: string): Handler {
  if (!isReference(reference)) {
    if (reference.includes(':')) throw digestInvalid(reference, 'the digest is broken or not supported');
    throw manifestInvalid(`${JSON.stringify(reference)} is no tag`);
  }
  if (method === 'GET' || method === 'HEAD') {
    return (exchange, name) => sendManifest(content, exchange, name, reference);
  }
  const registry = mustWrite(writable);
  if (method === 'PUT') {
    return (exchange, name) => registry.pushing(name, () => receiveManifest(registry, exchange, name, reference));
  }
  if (method === 'DELETE') return (exchange, name) => deleteManifest(registry, exchange, name, reference);
  throw unsupported(`${method} is not supported here`);
}

function blobHandler({ content, writable }: RegistryParts, method: string, digest: Digest): Handler {
  if (method === 'GET') return (exchange, name) => sendBlob(content, exchange, name, digest);
  if (method === 'HEAD') {
    // A push asks so for what it need not bring.
    return (exchange, name) =>
      writable === undefined
        ? sendBlob(content, exchange, name, digest)
        : writable.pushing(name, () => sendBlob(content, exchange, name, digest));
  }
  if (method !== 'DELETE') throw unsupported(`${method} is not supported here`);
  const registry = mustWrite(writable);
  return (exchange, name) => deleteBlob(registry, exchange, name, digest);
}

function uploadHandler({ writable }: RegistryParts, method: string, id: string): Handler {
  const registry = mustWrite(writable);
  const work = {
    GET: sendUploadStatus,
    HEAD: sendUploadStatus,
    PATCH: receiveChunk,
    PUT: finishUpload,
    DELETE: cancelUpload,
  }[method];
  if (id === '' && method === 'POST') {
    return (exchange, name) => registry.pushing(name, () => beginUpload(registry, exchange, name));
  }
  if (id === '' || work === undefined) throw unsupported(`${method} is not supported here`);
  return (exchange, name) => registry.pushing(name, () => work(registry, exchange, name, id));
}

function mustWrite(writable: WritableRegistry | undefined): WritableRegistry {
  if (writable === undefined) throw unsupported('this registry is read-only');
  return writable;
}

function checkedDigest(text: string): Digest {
  if (!isDigest(text)) throw digestInvalid(text, 'the digest is broken or not supported');
  return text;
}
