import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { byteStringOf } from '../../src/lib/tar/byte-string.ts';
import type { TarEntry } from '../../src/lib/tar/tar-entry.ts';
import { formatTarHeader, TAR_END, tarPadding } from '../../src/lib/tar/tar-writer.ts';
import type { TestDaemon } from './daemon.ts';
import type { Answer, CallOptions } from './http.ts';

/** A file's content, or a file with more to it. */
export type ContextFile =
  | string
  | Buffer
  | (Partial<Omit<TarEntry, 'path' | 'linkTarget'>> & { readonly content?: string; readonly link?: string });

/** A build's context as an archive, the Dockerfile among the files. */
export function contextOf(files: Readonly<Record<string, ContextFile>>): Buffer {
  const pieces = Object.entries(files).flatMap(([name, file]) => {
    const given = typeof file === 'string' || Buffer.isBuffer(file) ? { content: file } : file;
    const content = Buffer.from(given.content ?? '');
    const isLink = 'link' in given && given.link !== undefined;
    const entry: TarEntry = {
      type: isLink ? 'symlink' : name.endsWith('/') ? 'directory' : 'file',
      mode: name.endsWith('/') ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      mtime: { seconds: 1_600_000_000, nanoseconds: 0 },
      device: { major: 0, minor: 0 },
      xattrs: new Map(),
      extents: undefined,
      ...Object.fromEntries(Object.entries(given).filter(([key]) => key !== 'content' && key !== 'link')),
      path: byteStringOf(name),
      linkTarget: byteStringOf(isLink ? (given.link ?? '') : ''),
      sizeBytes: content.length,
    };
    return [formatTarHeader(entry), content, tarPadding(content.length)];
  });
  return Buffer.concat([...pieces, TAR_END]);
}

export interface BuildMessages {
  readonly status: number;
  readonly imageId: string;
  /** All of the text, in order. */
  readonly output: string;
  readonly error: string | undefined;
  readonly exitCode: number | undefined;
  readonly messages: readonly Record<string, unknown>[];
}

/** `POST /build` with an archive; never rejects for a build that fails. */
export async function tryBuild(
  daemon: TestDaemon,
  files: Readonly<Record<string, ContextFile>> | Buffer,
  query: Readonly<Record<string, string>> = {},
  options: CallOptions = {},
): Promise<BuildMessages> {
  const body = Buffer.isBuffer(files) ? files : contextOf(files);
  const headers = { 'content-type': 'application/x-tar', ...options.headers };
  const answer = await daemon.call('POST', `/build?${new URLSearchParams(query).toString()}`, {
    ...options,
    body,
    headers,
  });
  return messagesOf(answer);
}

function messagesOf(answer: Answer): BuildMessages {
  const messages = answer
    .text()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const aux = messages.map(({ aux: value }) => value as { ID?: string } | undefined);
  const failed = messages.find(({ error, message }) => error !== undefined || message !== undefined);
  const detail = failed?.['errorDetail'] as { code?: number } | undefined;
  return {
    status: answer.status,
    imageId: aux.findLast((value) => value?.ID !== undefined)?.ID ?? '',
    output: messages.map(({ stream }) => (typeof stream === 'string' ? stream : '')).join(''),
    error: failed === undefined ? undefined : String(failed['error'] ?? failed['message']),
    exitCode: detail?.code,
    messages,
  };
}

/** The same for a build that must end well. @returns what it said */
export async function build(
  daemon: TestDaemon,
  files: Readonly<Record<string, ContextFile>> | Buffer,
  query: Readonly<Record<string, string>> = {},
): Promise<BuildMessages> {
  const result = await tryBuild(daemon, files, query);
  if (result.error !== undefined) throw new Error(`${result.output}${result.error}`);
  return result;
}

/** What a shell in a container of the image writes. */
export function shell(daemon: TestDaemon, image: string, script: string): Promise<string> {
  return daemon.skiff(['run', '--rm', '--network', 'none', '--entrypoint', '/bin/sh', image, '-c', script]);
}

/** A folder with these files on disk; `link:target` makes a symbolic link. */
export function folderOf(files: Readonly<Record<string, string>>): { readonly path: string; remove(): void } {
  const path = mkdtempSync('/tmp/skt-context-');
  for (const [name, content] of Object.entries(files)) {
    const place = join(path, name);
    mkdirSync(dirname(place), { recursive: true });
    if (content.startsWith('link:')) symlinkSync(content.slice('link:'.length), place);
    else writeFileSync(place, content);
  }
  return { path, remove: () => rmSync(path, { recursive: true }) };
}
