import { parseCsvRecord } from '../../lib/csv-record.ts';
import { parseReference } from '../../lib/image-reference.ts';
import { CliError } from '../errors.ts';
import { checkOutputPath } from '../io/write-file.ts';

/** Where a build's result goes: into the daemon's images, or elsewhere. */
export type BuildOutput =
  | { readonly kind: 'image'; readonly names: readonly string[]; readonly push: boolean }
  | FileOutput;

export interface FileOutput {
  readonly kind: 'files' | 'archive';
  /** Of files: a folder or a tar of them. Of an archive: an image as Docker or OCI has it, both in one. */
  readonly asFolder: boolean;
  /** `-` for standard output. */
  readonly destination: string;
}

type Fields = ReadonlyMap<string, string>;

/** `type=local,dest=path`; a path alone is a folder, and `-` a tar. @throws CliError */
export async function parseOutputs(texts: readonly string[]): Promise<BuildOutput[]> {
  const outputs: BuildOutput[] = [];
  for (const text of texts) {
    const output = parseOutput(text);
    if (output.kind !== 'image' && !output.asFolder && output.destination !== '-') {
      await checkOutputPath(output.destination, 'failed to export build result');
    }
    outputs.push(output);
  }
  return outputs;
}

function parseOutput(text: string): BuildOutput {
  if (text === '-') return { kind: 'files', asFolder: false, destination: '-' };
  const parts = parseCsvRecord(text);
  // As buildx has it: what is not of several fields, and names no type, is a path.
  if (parts.length === 1 && !text.startsWith('type=')) return { kind: 'files', asFolder: true, destination: text };
  const fields = new Map(parts.map((part) => fieldOf(part)));
  const type = fields.get('type');
  const destination = fields.get('dest') ?? '';
  switch (type) {
    case undefined:
      throw new CliError('type is required for output');
    case 'cacheonly':
      return { kind: 'image', names: [], push: false };
    case 'image':
    case 'registry':
      return imageOutput(fields, type === 'registry' || fields.get('push') === 'true');
    case 'local':
      if (destination === '') throw new CliError('dest is required for local exporter');
      return { kind: 'files', asFolder: true, destination };
    case 'tar':
      return { kind: 'files', asFolder: false, destination: destination || '-' };
    case 'docker':
    case 'oci':
      if (type === 'docker' && destination === '') return imageOutput(fields, false);
      return archiveOutput(fields, destination);
    default:
      throw new CliError(`unsupported output type ${JSON.stringify(type)}`);
  }
}

function fieldOf(part: string): [name: string, value: string] {
  const equals = part.indexOf('=');
  if (equals < 0) throw new CliError(`invalid value ${part}`);
  return [part.slice(0, equals).toLowerCase(), part.slice(equals + 1)];
}

function imageOutput(fields: Fields, push: boolean): BuildOutput {
  const names = (fields.get('name') ?? '').split(',').filter((name) => name !== '');
  for (const name of names) parseReference(name);
  return { kind: 'image', names, push };
}

function archiveOutput(fields: Fields, destination: string): FileOutput {
  const asFolder = fields.get('tar') === 'false';
  if (asFolder && destination === '') throw new CliError('dest is required for a folder of an image');
  return { kind: 'archive', asFolder, destination: destination || '-' };
}
