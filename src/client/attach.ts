import type { ApiClient } from './api-client.ts';
import type { HijackedStream } from './hijack.ts';
import { pathTo } from './path-to.ts';

/** A container's or an exec's streams, joined to ours. */
export interface Attached {
  /** Framed (see stream-frames.ts) unless there is a terminal. */
  output(): AsyncIterable<Uint8Array>;
  /** Absent when stdin was not asked for. */
  readonly input?: Pick<HijackedStream, 'write' | 'closeWrite'>;
  close(): void;
}

export interface AttachOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly logs?: boolean;
  readonly detachKeys?: string;
}

/** Resolves when the daemon has attached us: output after that moment is not missed. */
export async function attachContainer(client: ApiClient, container: string, options: AttachOptions): Promise<Attached> {
  const query = {
    stream: '1',
    stdin: options.stdin ? '1' : undefined,
    stdout: options.stdout ? '1' : undefined,
    stderr: options.stderr ? '1' : undefined,
    logs: options.logs ? '1' : undefined,
    detachKeys: options.detachKeys || undefined,
  };
  return await connect(client, pathTo('containers', container, 'attach'), { query }, options.stdin);
}

/** Starts the exec and joins its streams. */
export async function startExecAttached(
  client: ApiClient,
  execId: string,
  body: object,
  stdin: boolean,
): Promise<Attached> {
  return await connect(client, pathTo('exec', execId, 'start'), { json: body }, stdin);
}

/** Output alone needs no upgrade, and an ordinary request is much cheaper to make. */
async function connect(
  client: ApiClient,
  path: string,
  options: { readonly query?: Record<string, string | undefined>; readonly json?: object },
  stdin: boolean,
): Promise<Attached> {
  if (stdin) {
    const stream = await client.hijack(path, options);
    return { output: () => stream.chunks(), input: stream, close: () => stream.close() };
  }
  const abort = new AbortController();
  const response = await client.request('POST', path, { ...options, signal: abort.signal });
  return { output: () => response.chunks(), close: () => abort.abort() };
}
