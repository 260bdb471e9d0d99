import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AnyDigest, isAnyDigest, isReference, isRepositoryName, type RepositoryName } from '../names.ts';
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

const READ = 'GET, HEAD';

type Handler = (exchange: Exchange, name: RepositoryName) => Promise<void>;

/** Repository names have slashes in them: the path is read from its end. */
const PATH = /^\/v2\/(.+)\/(manifests|blobs|referrers|tags)\/((?:uploads\/)?[^/]*)$/;

/** Answers one request. @throws RegistryError and others, to be answered by the caller */
export async function route(parts: RegistryParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://registry');
  if (url === null) throw nameInvalid(request.url ?? '');
  const exchange: Exchange = { request, response, query: url.searchParams };
  const path = decoded(url.pathname);
  const method = request.method ?? '';
  if (path === '/v2/' || path === '/v2') return readOnly(method, () => sendJson(exchange, {}));
  if (path === '/v2/_catalog') return readOnly(method, () => sendCatalog(parts.content, exchange));
  const [, name = '', noun = '', rest = ''] = PATH.exec(path) ?? [];
  if (noun === '') throw nothingHere();
  if (!isRepositoryName(name)) throw nameInvalid(name);
  await handlerOf(parts, method, noun, rest)(exchange, name);
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw nameInvalid(pathname); // not UTF-8
  }
}

function handlerOf(parts: RegistryParts, method: string, noun: string, rest: string): Handler {
  if (noun === 'manifests') return manifestHandler(parts, method, rest);
  if (noun === 'blobs' && rest.startsWith('uploads/')) return uploadHandler(parts, method, rest.slice(8));
  if (noun === 'blobs' && rest === 'uploads') return uploadHandler(parts, method, '');
  if (noun === 'blobs') return blobHandler(parts, method, checkedDigest(rest));
  if (noun === 'referrers') {
    const subject = checkedDigest(rest);
    return readOnly(method, () => (exchange, name) => sendReferrers(parts.content, exchange, name, subject));
  }
  if (rest !== 'list') throw nothingHere();
  return readOnly(method, () => (exchange, name) => sendTags(parts.content, exchange, name));
}

function manifestHandler({ content, writable }: RegistryParts, method: string, reference: string): Handler {
  if (!isReference(reference)) {
    if (reference.includes(':')) throw digestInvalid(reference, 'the digest is broken or not supported');
    throw manifestInvalid(`${JSON.stringify(reference)} is no tag`);
  }
  if (isRead(method)) return (exchange, name) => sendManifest(content, exchange, name, reference);
  const registry = mustWrite(writable, method, READ);
  if (method === 'PUT') {
    return (exchange, name) => registry.pushing(name, () => receiveManifest(registry, exchange, name, reference));
  }
  if (method === 'DELETE') return (exchange, name) => deleteManifest(registry, exchange, name, reference);
  throw unsupportedMethod(method, `${READ}, PUT, DELETE`);
}

function blobHandler({ content, writable }: RegistryParts, method: string, digest: AnyDigest): Handler {
  if (method === 'GET') return (exchange, name) => sendBlob(content, exchange, name, digest);
  if (method === 'HEAD') {
    // A push asks so for what it need not bring.
    return (exchange, name) =>
      writable === undefined
        ? sendBlob(content, exchange, name, digest)
        : writable.pushing(name, () => sendBlob(content, exchange, name, digest));
  }
  const registry = mustWrite(writable, method, READ);
  if (method === 'DELETE') return (exchange, name) => deleteBlob(registry, exchange, name, digest);
  throw unsupportedMethod(method, `${READ}, DELETE`);
}

function uploadHandler({ writable }: RegistryParts, method: string, id: string): Handler {
  const registry = mustWrite(writable, method, '');
  if (id === '') {
    if (method !== 'POST') throw unsupportedMethod(method, 'POST');
    return (exchange, name) => registry.pushing(name, () => beginUpload(registry, exchange, name));
  }
  const work = {
    GET: sendUploadStatus,
    HEAD: sendUploadStatus,
    PATCH: receiveChunk,
    PUT: finishUpload,
    DELETE: cancelUpload,
  }[method];
  if (work === undefined) throw unsupportedMethod(method, `${READ}, PATCH, PUT, DELETE`);
  return (exchange, name) => registry.pushing(name, () => work(registry, exchange, name, id));
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function readOnly<T>(method: string, work: () => T): T {
  if (!isRead(method)) throw unsupportedMethod(method, READ);
  return work();
}

function mustWrite(writable: WritableRegistry | undefined, method: string, allow: string): WritableRegistry {
  if (writable !== undefined) return writable;
  throw unsupported(`this registry is read-only: it does not take ${method} here`, allow);
}

function unsupportedMethod(method: string, allow: string): RegistryError {
  return unsupported(`${method} is not supported here`, allow);
}

function nothingHere(): RegistryError {
  return new RegistryError([{ code: 'NAME_UNKNOWN', message: 'there is nothing at this path' }]);
}

function checkedDigest(text: string): AnyDigest {
  if (!isAnyDigest(text)) throw digestInvalid(text, 'the digest is broken or not supported');
  return text;
}
