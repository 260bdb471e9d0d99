import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { leaveDockerUser } from '../../src/networks/firewall/docker-user.ts';
import { namesFor } from '../../src/networks/names.ts';
import { type CommandOptions, type CommandResult, mustRun, runCommand } from './command.ts';
import { type Answer, type CallOptions, call } from './http.ts';
import { daemonTag, findLeaks } from './leaks.ts';
import { until } from './until.ts';

const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const skiffd = join(project, 'bin/skiffd');
const skiff = join(project, 'bin/skiff');

/** An emulated machine compiles the daemon for the first time in more than half a minute. */
const START_LIMIT_MS = 120_000;

/** A daemon of a test's own, with roots, socket, bridge and rules that nothing else on the host shares. */
export class TestDaemon {
  readonly root: string;
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly socketPath: string;
  readonly logPath: string;
  readonly tag: string;
  readonly #flags: readonly string[];
  readonly #launcher: readonly string[];
  #process: ChildProcess | undefined;

  /** `launcher` is a program, with arguments, that becomes the daemon: one that puts it on another host. */
  constructor(flags: readonly string[], launcher: readonly string[] = []) {
    // Short, since paths of unix sockets are limited to 107 bytes.
    this.root = mkdtempSync('/tmp/skt-');
    this.dataRoot = join(this.root, 'data');
    this.execRoot = join(this.root, 'run');
    this.socketPath = join(this.root, 'api.sock');
    this.logPath = join(this.root, 'skiffd.log');
    this.tag = daemonTag(this.dataRoot);
    this.#flags = flags;
    this.#launcher = launcher;
  }

  get host(): string {
    return `unix://${this.socketPath}`;
  }

  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error('the daemon does not run');
    return this.#process.pid;
  }

  /** Starts the daemon, again after `stop` or `kill`, and waits until it answers. */
  async start(): Promise<void> {
    const already = this.log().length;
    const child = this.#spawn();
    const listens = () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`skiffd ended at its start:\n${this.log()}`);
      return this.log().slice(already).includes('API listen on');
    };
    await until(`skiffd says that it listens; it says:\n${this.log()}`, listens, START_LIMIT_MS);
  }

  /** Starts the daemon and kills it this much later, however far it has come. */
  async startAndKill(afterMilliseconds: number): Promise<void> {
    this.#spawn();
    await delay(afterMilliseconds);
    await this.kill();
  }

  #spawn(): ChildProcess {
    const log = openSync(this.logPath, 'a');
    const args = [
      '--data-root',
      this.dataRoot,
      '--exec-root',
      this.execRoot,
      '-H',
      this.host,
      '--pidfile',
      join(this.root, 'pid'),
      ...this.#flags,
    ];
    const [file = skiffd, ...rest] = [...this.#launcher, skiffd, ...args];
    const child = spawn(file, rest, { stdio: ['ignore', log, log], cwd: '/' });
    closeSync(log);
    this.#process = child;
    return child;
  }

  log(): string {
    return readFileSync(this.logPath, { encoding: 'utf8', flag: 'a+' });
  }

  /** SIGKILL, as a crash would end it. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM; resolves with the exit status and how long it took. */
  async stop(): Promise<{ status: number | null; milliseconds: number }> {
    const started = performance.now();
    const status = await this.#end('SIGTERM');
    return { status, milliseconds: performance.now() - started };
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** One API request; `path` with or without a version. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer> {
    return call(this.socketPath, method, path, options);
  }

  /** Our own command line against this daemon; rejects for another exit status than 0. */
  skiff(args: readonly string[], options?: CommandOptions): Promise<string> {
    return mustRun(skiff, ['-H', this.host, ...args], options);
  }

  trySkiff(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return runCommand(skiff, ['-H', this.host, ...args], options);
  }

  /** The real docker command line against this daemon; `hasDocker` tells whether there is one. */
  docker(args: readonly string[], options?: CommandOptions): Promise<string> {
    return mustRun('docker', ['-H', this.host, ...args], options);
  }

  tryDocker(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return runCommand('docker', ['-H', this.host, ...args], options);
  }

  /**
   * Ends everything: containers by force, then the daemon, its bridge and table. Fails when anything of it is left on
   * the host after that, which is the leak check of every integration test.
   */
  async close(): Promise<void> {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null)
      await this.start();
    const containers = (await this.call('GET', '/containers/json?all=1')).json<{ Id: string }[]>();
    await Promise.all(containers.map(({ Id }) => this.call('DELETE', `/containers/${Id}?force=1&v=1`)));
    await this.#removeNetworks();
    const { status } = await this.stop();
    if (status !== 0) throw new Error(`skiffd ended with ${status} on SIGTERM:\n${this.log()}`);
    await removeNetwork(this.tag);
    // The kernel takes namespaces and their links apart after the last reference went, when it has time.
    const leaks = await until(
      'the host is as it was before',
      async () => {
        const found = await findLeaks(this.root, this.tag);
        return found.length === 0 ? 'none' : undefined;
      },
      30_000,
    ).catch(() => findLeaks(this.root, this.tag));
    if (leaks !== 'none' && leaks.length > 0)
      throw new Error(`left on the host:\n${leaks.join('\n')}\n\n${this.log()}`);
    await rm(this.root, { recursive: true });
  }

  async #removeNetworks(): Promise<void> {
    const networks = (await this.call('GET', '/networks')).json<{ Id: string; Name: string }[]>();
    for (const { Id, Name } of networks) {
      if (!['bridge', 'host', 'none'].includes(Name)) await this.call('DELETE', `/networks/${Id}`);
    }
  }
}

/** What a daemon leaves on purpose at its end, since its containers run on: the bridge, the nft table, dockerd's leave. */
async function removeNetwork(tag: string): Promise<void> {
  await leaveDockerUser(namesFor(tag).table);
  const links = JSON.parse(await mustRun('ip', ['-json', 'link', 'show', 'type', 'bridge'])) as { ifname?: string }[];
  for (const { ifname } of links) {
    if (ifname?.includes(tag)) await mustRun('ip', ['link', 'delete', ifname]);
  }
  const tables = await mustRun('nft', ['list', 'tables']);
  for (const [, family, name] of tables.matchAll(/^table (\S+) (\S+)$/gm)) {
    if (family !== undefined && name?.includes(tag)) await mustRun('nft', ['delete', 'table', family, name]);
  }
}

/** A running daemon. The caller calls `close()` in `after`. */
export async function startDaemon(
  flags: readonly string[] = [],
  launcher: readonly string[] = [],
): Promise<TestDaemon> {
  const daemon = new TestDaemon(flags, launcher);
  await daemon.start();
  return daemon;
}
