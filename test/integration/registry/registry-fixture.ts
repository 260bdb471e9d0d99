import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../../src/registry/start-registry.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

export interface RegistryFixture {
  /** `http://host:port`. */
  readonly base: string;
  readonly root: string;
  readonly registry: Registry;
  /** What the registry logged as its own failures: a test that expects none sees to it. */
  readonly failures: string[];
  readonly request: (method: string, path: string, options?: RequestInit) => Promise<Response>;
}

/** A registry of a test's own, in this process, over a folder that goes at the end. */
export async function openRegistry(t: TestContext, options: Partial<RegistryOptions> = {}): Promise<RegistryFixture> {
  const root = options.root ?? mkdtempSync(join(tmpdir(), 'skiff-registry-'));
  const failures: string[] = [];
  // It goes also when the registry refuses to start.
  const running: { registry?: Registry } = {};
  t.after(async () => {
    await running.registry?.close();
    if (options.root === undefined) await rm(root, { recursive: true });
  });
  const registry = await startRegistry({
    host: '127.0.0.1',
    port: 0,
    gcIntervalMs: 0,
    logError: (message, error) => failures.push(`${message}: ${String(error)}`),
    ...options,
    root,
  });
  running.registry = registry;
  const base = `http://${registry.address}`;
  return {
    base,
    root,
    registry,
    failures,
    request: (method, path, init = {}) => fetch(new URL(path, base), { redirect: 'manual', ...init, method }),
  };
}

/** The status, after the body has been read. */
export async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.arrayBuffer();
  return response.status;
}

/** The codes of an error answer, whose form is checked. */
export async function codesOf(response: Response): Promise<string[]> {
  assert.equal(response.headers.get('content-type'), 'application/json');
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  for (const { message } of errors) assert.equal(typeof message, 'string');
  return errors.map(({ code }) => code);
}

/** Pushes a blob by POST and PUT, and returns its digest. */
export async function pushBlob(fixture: RegistryFixture, name: string, content: string | Buffer): Promise<string> {
  const digest = digestOf(content);
  const started = await fixture.request('POST', `/v2/${name}/blobs/uploads/`);
  assert.equal(started.status, 202);
  const location = `${started.headers.get('location')}?digest=${digest}`;
  const finished = await fixture.request('PUT', location, { body: content as string });
  assert.equal(finished.status, 201, await finished.text());
  return digest;
}

export interface PushedManifest {
  readonly digest: string;
  readonly content: string;
  readonly config: string;
  readonly layers: readonly string[];
}

/** Pushes configuration, layers and a manifest of them under a tag. */
export async function pushImage(
  fixture: RegistryFixture,
  name: string,
  tag: string,
  options: { layers?: readonly string[]; more?: object; config?: string } = {},
): Promise<PushedManifest> {
  const { layers: contents = [`layer of ${name}:${tag}`], more = {}, config: configText = '{}' } = options;
  const config = await pushBlob(fixture, name, configText);
  const layers = await Promise.all(contents.map((content) => pushBlob(fixture, name, content)));
  const content = manifestOf(config, configText, layers, contents, more);
  const answer = await putManifest(fixture, name, tag, content);
  assert.equal(answer.status, 201, await answer.text());
  return { digest: digestOf(content), content, config, layers };
}

export function manifestOf(
  config: string,
  configText: string,
  layers: readonly string[],
  contents: readonly string[],
  more: object = {},
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: configText.length },
    layers: layers.map((digest, index) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest,
      size: contents[index]?.length ?? 0,
    })),
    ...more,
  });
}

export function putManifest(
  fixture: RegistryFixture,
  name: string,
  reference: string,
  content: string,
  type: string = MANIFEST_TYPE,
): Promise<Response> {
  return fixture.request('PUT', `/v2/${name}/manifests/${reference}`, {
    body: content,
    headers: { 'Content-Type': type },
  });
}
