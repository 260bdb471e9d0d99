import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Answer {
  readonly status: number;
  /** Sent as JSON; a text `@ago:90` in it becomes the Unix time of 90 seconds ago. */
  readonly body?: unknown;
  /** Sent as it stands. */
  readonly text?: string;
}

export interface ReplayServer {
  /** `unix:///…`, for -H. */
  readonly host: string;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A daemon that only knows the recorded answers, by method, path and query (in the order of the parameters' names). */
export async function startReplayServer(recording: URL): Promise<ReplayServer> {
  const answers = JSON.parse(readFileSync(recording, 'utf8')) as Record<string, Answer>;
  const byKey = new Map(Object.entries(answers).map(([key, answer]) => [normalized(key), answer]));
  const requests: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'skiff-replay-'));
  const socket = join(folder, 'docker.sock');
  const server = createServer((request, response) => {
    const key = normalized(`${request.method} ${(request.url ?? '').replace(/^\/v1\.\d+/, '')}`);
    if (!key.endsWith('/_ping')) requests.push(key);
    request.resume().on('end', () => answer(key, byKey.get(key), request, response));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answer(key: string, recorded: Answer | undefined, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Api-Version', '1.50');
  response.setHeader('Ostype', 'linux');
  if (key.endsWith('/_ping')) return void response.end(request.method === 'HEAD' ? undefined : 'OK');
  if (recorded === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ message: `not recorded: ${key}` }));
  }
  response.writeHead(recorded.status, { 'content-type': 'application/json' });
  const body = recorded.text ?? `${JSON.stringify(withTimes(recorded.body))}\n`;
  response.end(recorded.status === 204 ? undefined : body);
}

function withTimes(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('@ago:')) {
    return Math.floor(Date.now() / 1000) - Number(value.slice('@ago:'.length));
  }
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTimes(item)]));
}

/** Empty and zero parameters mean the same as absent ones. */
function normalized(key: string): string {
  const question = key.indexOf('?');
  if (question < 0) return decodeURIComponent(key);
  const parameters = new URLSearchParams(key.slice(question));
  const pairs = [...parameters].filter(([, value]) => value !== '' && value !== '0' && value !== '{}');
  pairs.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const query = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  return `${decodeURIComponent(key.slice(0, question))}${query === '' ? '' : `?${query}`}`;
}
