import { mkdir } from 'node:fs/promises';
import type { ApiClient } from '../../client/api-client.ts';
import { readRootfs } from '../../client/builds.ts';
import { removeImage, saveImages } from '../../client/images.ts';
import { parseCsvRecord } from '../../lib/csv-record.ts';
import { unpackLocal } from '../copy/unpack.ts';
import { CliError } from '../errors.ts';
import type { Output } from '../io/terminal.ts';
import { checkOutputPath, writeWholeFile } from '../io/write-file.ts';

/** Where a build's result goes beside or in place of the daemon's images. */
export interface BuildOutput {
  readonly type: 'local' | 'tar' | 'docker' | 'oci';
  /** `-` for standard output. */
  readonly destination: string;
}

/** `type=local,dest=path`; a path alone is a folder, and `-` a tar. @throws CliError */
export async function parseOutputs(texts: readonly string[]): Promise<BuildOutput[]> {
  const outputs: BuildOutput[] = [];
  for (const text of texts) {
    const output = parseOutput(text);
    if (output === undefined) continue;
    if (output.type !== 'local' && output.destination !== '-') {
      await checkOutputPath(output.destination, 'failed to export build result');
    }
    outputs.push(output);
  }
  return outputs;
}

/** Undefined for what the daemon does anyway: keep an image. */
function parseOutput(text: string): BuildOutput | undefined {
  if (text === '-') return { type: 'tar', destination: '-' };
  if (!text.includes('=')) return { type: 'local', destination: text };
  const fields = new Map(
    parseCsvRecord(text).map((field) => {
      const equals = field.indexOf('=');
      if (equals < 0) throw new CliError(`invalid value ${field}`);
      return [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)] as const;
    }),
  );
  const type = fields.get('type');
  const destination = fields.get('dest') ?? '';
  if (type === undefined) throw new CliError('type is required for output');
  if (type === 'image' || type === 'cacheonly' || (type === 'docker' && destination === '')) return undefined;
  if (type === 'local' && destination === '') throw new CliError('dest is required for local output');
  if (type === 'local' || type === 'tar' || type === 'docker' || type === 'oci') {
    return { type, destination: destination === '' ? '-' : destination };
  }
  throw new CliError(`unsupported output type ${JSON.stringify(type)}`);
}

/** Writes the result to its places. An image without a name was made for this alone, and goes. */
export async function exportResult(
  client: ApiClient,
  result: { readonly id: string; readonly names: readonly string[] },
  outputs: readonly BuildOutput[],
  stdout: Output,
): Promise<void> {
  for (const { type, destination } of outputs) {
    const chunks = await resultOf(client, result, type);
    if (type === 'local') {
      await mkdir(destination, { recursive: true });
      await unpackLocal(chunks, destination, (name) => name);
    } else if (destination === '-') for await (const chunk of chunks) await stdout.write(chunk);
    else await writeWholeFile(destination, chunks);
  }
  if (outputs.length === 0 || result.names.length > 0) return;
  await removeImage(client, result.id, { force: false, noPrune: false, platforms: [] });
}

async function resultOf(
  client: ApiClient,
  { id, names }: { readonly id: string; readonly names: readonly string[] },
  type: BuildOutput['type'],
): Promise<AsyncIterable<Uint8Array>> {
  if (type === 'local' || type === 'tar') return (await readRootfs(client, id)).chunks();
  return (await saveImages(client, names.length === 0 ? [id] : names, '')).chunks();
}
