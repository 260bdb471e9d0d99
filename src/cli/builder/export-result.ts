import { mkdir } from 'node:fs/promises';
import type { ApiClient } from '../../client/api-client.ts';
import { readRootfs } from '../../client/builds.ts';
import { listImages, removeImage, saveImages } from '../../client/images.ts';
import { unpackLocal } from '../copy/unpack.ts';
import type { Output } from '../io/terminal.ts';
import { writeWholeFile } from '../io/write-file.ts';
import type { BuildOutput, FileOutput } from './parse-outputs.ts';

/** The images that are here already, where one that is built goes again after it has been exported; else undefined. */
export async function imagesToKeep(
  client: ApiClient,
  outputs: readonly BuildOutput[],
  names: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const isForFilesOnly = outputs.length > 0 && outputs.every(({ kind }) => kind !== 'image');
  if (!isForFilesOnly || names.length > 0) return undefined;
  return await imageIds(client);
}

async function imageIds(client: ApiClient): Promise<ReadonlySet<string>> {
  return new Set((await listImages(client, { all: true })).map(({ Id }) => Id));
}

/** Writes the result to its places. An image that was made for this alone goes: nobody knows of it. */
export async function exportResult(
  client: ApiClient,
  result: { readonly id: string; readonly names: readonly string[]; readonly kept: ReadonlySet<string> | undefined },
  outputs: readonly BuildOutput[],
  stdout: Output,
): Promise<void> {
  const { id, names, kept } = result;
  for (const output of outputs) {
    if (output.kind !== 'image') await write(await contentOf(client, id, names, output), output, stdout);
  }
  if (kept === undefined || kept.has(id)) return;
  await removeImage(client, id, { force: false, noPrune: false, platforms: [] });
}

async function contentOf(
  client: ApiClient,
  id: string,
  names: readonly string[],
  { kind }: FileOutput,
): Promise<AsyncIterable<Uint8Array>> {
  if (kind === 'files') return (await readRootfs(client, id)).chunks();
  return (await saveImages(client, names.length === 0 ? [id] : names, '')).chunks();
}

async function write(
  content: AsyncIterable<Uint8Array>,
  { asFolder, destination }: FileOutput,
  stdout: Output,
): Promise<void> {
  if (asFolder) {
    await mkdir(destination, { recursive: true });
    await unpackLocal(content, destination, (name) => name);
  } else if (destination === '-') for await (const chunk of content) await stdout.write(chunk);
  else await writeWholeFile(destination, content);
}
