import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const places = [
  fileURLToPath(new URL('../../dist/test-programs/usr/bin/docker-registry', import.meta.url)),
  '/usr/bin/docker-registry',
];
const program = places.find((path) => existsSync(path));

/** For `test(title, dockerRegistry, …)`: skipped, and said so, where Debian's docker-registry could not be had. */
export const dockerRegistry: { skip: string | false } = {
  skip: program === undefined ? 'docker-registry is not there: npm test fetches it' : false,
};

/** `joe` with the password `secret`, as htpasswd keeps it. */
export const JOE = 'joe:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a';

/** Debian's docker-registry, with a folder of its own. */
export class DockerRegistry {
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(address: string, child: ChildProcess, folder: string) {
    this.address = address;
    this.#process = child;
    this.#folder = folder;
  }

  /** With `access`, names and passwords as htpasswd keeps them, only those are let in. */
  static async start(options: { readonly access?: string } = {}): Promise<DockerRegistry> {
    if (program === undefined) throw new Error('docker-registry is not there');
    const folder = mkdtempSync('/tmp/skt-registry-');
    const address = `127.0.0.1:${await freePort()}`;
    const access = join(folder, 'htpasswd');
    writeFileSync(access, options.access ?? '');
    const lines = [
      'version: 0.1',
      'log: {level: error, accesslog: {disabled: true}}',
      `storage: {filesystem: {rootdirectory: ${folder}/data}, delete: {enabled: true}}`,
      `http: {addr: "${address}"}`,
      ...(options.access === undefined ? [] : [`auth: {htpasswd: {realm: test, path: ${access}}}`]),
    ];
    const config = join(folder, 'config.yml');
    writeFileSync(config, `${lines.join('\n')}\n`);
    const child = spawn(program, ['serve', config], { stdio: 'ignore' });
    await until('docker-registry answers', async () => {
      if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}`);
      return fetch(`http://${address}/v2/`).then(
        () => true,
        () => false,
      );
    });
    return new DockerRegistry(address, child, folder);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

/** One that nobody listened on a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
