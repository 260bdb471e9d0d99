import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  readonly body: unknown;
}

/** To everything, whatever was asked: who reads the answer finds the fields that it looks for. */
const ANSWER = { Id: '0'.repeat(64), Name: 'a-volume', Warnings: [], SpaceReclaimed: 0 };

/** Of a pull or push. */
const PROGRESS = { status: 'Done' };

/** Takes every request for granted and keeps it: what a command line sends can be looked at without an engine. */
export class RecordingDaemon {
  readonly #folder = mkdtempSync('/tmp/skt-');
  readonly #server: Server;
  #requests: RecordedRequest[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const target = request.url ?? '';
        const text = Buffer.concat(parts).toString();
        if (!target.endsWith('/_ping')) {
          this.#requests.push({ method: request.method ?? '', target, body: text === '' ? null : JSON.parse(text) });
        }
        response.setHeader('Api-Version', '1.50');
        response.setHeader('Ostype', 'linux');
        response.setHeader('Content-Type', 'application/json');
        response.statusCode = target.includes('/create') ? 201 : 200;
        const answer = /\/images\/(create\?fromImage|.*\/push)/.test(target) ? PROGRESS : ANSWER;
        response.end(target.endsWith('/_ping') ? 'OK' : JSON.stringify(answer));
      });
    });
  }

  get host(): string {
    return `unix://${join(this.#folder, 'api.sock')}`;
  }

  async start(): Promise<void> {
    this.#server.listen(join(this.#folder, 'api.sock'));
    await once(this.#server, 'listening');
  }

  /** What came since the last time. */
  takeRequests(): readonly RecordedRequest[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
    rmSync(this.#folder, { recursive: true });
  }
}
