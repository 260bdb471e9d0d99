import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';

const skiff = fileURLToPath(new URL('../../../bin/skiff', import.meta.url));

/** `skiff registry serve` as a process of its own, over a folder that goes at the test's end. */
export class RegistryProcess {
  readonly root: string;
  readonly #flags: readonly string[];
  #child: ChildProcess | undefined;
  #output = '';
  #address = '';

  private constructor(root: string, flags: readonly string[]) {
    this.root = root;
    this.#flags = flags;
  }

  static async start(t: TestContext, flags: readonly string[] = []): Promise<RegistryProcess> {
    const registry = new RegistryProcess(mkdtempSync(join(tmpdir(), 'skiff-registry-')), flags);
    t.after(async () => {
      await registry.end('SIGTERM');
      await rm(registry.root, { recursive: true });
    });
    await registry.start();
    return registry;
  }

  /** Starts it, again after `end`, on the same port, and waits until it listens. */
  async start(flags: readonly string[] = this.#flags): Promise<void> {
    const address = this.#address === '' ? '127.0.0.1:0' : this.#address;
    const args = ['registry', 'serve', '--addr', address, '--root', this.root, ...flags];
    const child = spawn(skiff, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#output = '';
    child.stderr.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#address = await until('the registry says that it listens', () => {
      if (child.exitCode !== null) throw new Error(`the registry ended at its start:\n${this.#output}`);
      return /Registry listen on (\S+?)"/.exec(this.#output)?.[1];
    });
  }

  get address(): string {
    return this.#address;
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** From here on nobody takes what it writes. */
  closeLog(): void {
    this.#child?.stderr?.destroy();
  }

  /** The most memory that it has had, in bytes. */
  peakMemoryBytes(): number {
    const status = readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill(signal);
    const [code, by] = await ended;
    return code ?? by;
  }

  request(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, `http://${this.#address}`), { ...init, method });
  }
}
