import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type IgnoreRules, ignoreFilesOf, parseIgnoreRules } from '../../lib/ignore-rules.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { ARCHIVE_START_BYTES, isArchiveStart } from '../../lib/tar/archive-start.ts';
import { CliError } from '../errors.ts';
import { fileErrorText } from '../io/file-error.ts';
import type { Input } from '../io/terminal.ts';
import { type AddedFile, type ContextFolder, isFolder, packContext } from './pack-context.ts';

/** What is built from, as the request has it. */
export interface BuildSource {
  /** Undefined when the daemon fetches the context by itself. */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  readonly remote: string | undefined;
  /** The Dockerfile's name in the context. */
  readonly dockerfile: string;
}

export interface NamedFolder {
  readonly prefix: string;
  readonly directory: string;
}

const STDIN = '-';
const REMOTE = /^(https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|[\w.~-]+@[^:/\s]+:.)/;

/** @throws CliError with docker's texts for what is not there. */
export async function openSource(
  path: string,
  file: string,
  stdin: Input,
  named: readonly NamedFolder[],
): Promise<BuildSource> {
  if (path === STDIN && file === STDIN) {
    throw new CliError("invalid argument: can't use stdin for both build context and dockerfile");
  }
  if (path === STDIN) return fromStdin(file, stdin, named);
  if (isFolder(path) === true) return fromFolder(path, file, stdin, named);
  if (REMOTE.test(path)) return { body: undefined, remote: path, dockerfile: file };
  throw new CliError(`unable to prepare context: path ${JSON.stringify(path)} not found`);
}

async function fromFolder(
  path: string,
  file: string,
  stdin: Input,
  named: readonly NamedFolder[],
): Promise<BuildSource> {
  const root = realpathSync(path);
  const dockerfile = file === STDIN ? undefined : dockerfileIn(root, path, file);
  const added: AddedFile[] = [];
  let name = dockerfile?.name;
  if (name === undefined) {
    name = `.dockerfile.${randomBytes(10).toString('hex')}`;
    const content = dockerfile === undefined ? await readAll(stdin) : readFileSync(dockerfile.path);
    added.push({ name, content });
    const own = dockerfile === undefined ? undefined : readIfThere(`${dockerfile.path}.dockerignore`);
    if (own !== undefined) added.push({ name: `${name}.dockerignore`, content: own });
  }
  const [own, shared] = ignoreFilesOf(dockerfile?.path ?? join(root, name));
  const rules = rulesOf(readIfThere(own) ?? readIfThere(join(root, '.dockerignore')));
  const always = new Set([name, `${name}.dockerignore`, '.dockerignore', shared].filter((one) => !one.startsWith('/')));
  const folders = [{ directory: root, prefix: '', rules, always }, ...named.map(namedFolder)];
  return { body: streamed(folders, added), remote: undefined, dockerfile: name };
}

/** Its name is undefined when it is not in the folder. */
function dockerfileIn(
  root: string,
  shown: string,
  file: string,
): { readonly path: string; readonly name: string | undefined } {
  const path = file === '' ? join(shown, 'Dockerfile') : file;
  const found = file === '' ? join(root, 'Dockerfile') : resolve(file);
  try {
    lstatSync(found);
    const real = realpathSync(found);
    const name = relative(root, found);
    const isInside = !name.startsWith('..') && !relative(root, real).startsWith('..');
    return { path: real, name: isInside ? name : undefined };
  } catch (error) {
    const reason = fileErrorText('lstat', resolve(path), error);
    throw new CliError(`unable to prepare context: unable to evaluate symlinks in Dockerfile path: ${reason}`, 1, {
      cause: error,
    });
  }
}

function namedFolder({ prefix, directory }: NamedFolder): ContextFolder {
  const rules = rulesOf(readIfThere(join(directory, '.dockerignore')));
  return { directory, prefix, rules, always: new Set() };
}

function rulesOf(text: Buffer | undefined): IgnoreRules {
  return parseIgnoreRules(text?.toString() ?? '');
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw new CliError(fileErrorText('open', path, error), 1, { cause: error });
  }
}

/** An archive, plain or compressed, or a Dockerfile that stands alone. */
async function fromStdin(file: string, stdin: Input, named: readonly NamedFolder[]): Promise<BuildSource> {
  const chunks = stdin.chunks()[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  let hasEnded = false;
  while (start.length < ARCHIVE_START_BYTES && !hasEnded) {
    const next = await chunks.next();
    hasEnded = next.done === true;
    if (next.done !== true) start = Buffer.concat([start, next.value]);
  }
  const rest = hasEnded ? nothing() : restOf(chunks);
  if (isArchiveStart(start)) {
    if (named.length > 0) throw new CliError('--build-context needs a folder as the main context');
    return { body: joined(start, rest), remote: undefined, dockerfile: file };
  }
  const pieces: Uint8Array[] = [start];
  for await (const piece of rest) pieces.push(piece);
  const added = [{ name: 'Dockerfile', content: Buffer.concat(pieces) }];
  return { body: streamed(named.map(namedFolder), added), remote: undefined, dockerfile: 'Dockerfile' };
}

async function* streamed(folders: readonly ContextFolder[], added: readonly AddedFile[]): AsyncGenerator<Uint8Array> {
  yield* packContext(folders, added);
}

async function* joined(start: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield start;
  yield* rest;
}

async function* restOf(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function readAll(stdin: Input): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stdin.chunks()) pieces.push(piece);
  return Buffer.concat(pieces);
}
