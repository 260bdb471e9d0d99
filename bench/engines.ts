import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createReadStream, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentOf } from './memory.ts';
import { runCommand } from './run-command.ts';

const project = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const CLASSIC = { DOCKER_BUILDKIT: '0' };

export interface Engine {
  readonly name: 'Skiff' | 'Docker' | 'Podman' | 'BuildKit';
  readonly socketPath: string;
  /** The command line that belongs to it; the docker CLI where it has none of its own at hand. */
  readonly ownCli: string;
  /** For builds by the docker CLI. */
  readonly buildEnvironment: Readonly<Record<string, string>>;
  /** Resident memory of the daemon, in MB. */
  daemonMb(): number | undefined;
  /** Resident memory of the monitors of all its running containers together, in MB. */
  monitorsMb(): number | undefined;
  stop(): Promise<void>;
}

async function startSkiff(): Promise<Engine> {
  const root = mkdtempSync('/tmp/skb-');
  const logPath = join(root, 'log');
  const log = openSync(logPath, 'a');
  const args = ['--data-root', `${root}/data`, '--exec-root', `${root}/run`, '-H', `unix://${root}/sock`];
  const child = spawn(`${project}/bin/skiffd`, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  while (!readFileSync(logPath, 'utf8').includes('API listen on')) {
    if (child.exitCode !== null) throw new Error(`skiffd ended at its start:\n${readFileSync(logPath, 'utf8')}`);
    await delay(20);
  }
  return {
    name: 'Skiff',
    socketPath: `${root}/sock`,
    ownCli: `${project}/bin/skiff`,
    buildEnvironment: CLASSIC,
    daemonMb: () => residentOf(({ pid }) => pid === child.pid),
    monitorsMb: () => residentOf(({ name, command }) => name === 'conmon' && command.includes(root)),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await removeNetwork(`${root}/data`);
      rmSync(root, { recursive: true });
    },
  };
}

/** A daemon leaves its bridge and its rules for the containers that run on; both are named after its data root. */
async function removeNetwork(dataRoot: string): Promise<void> {
  const name = `skiff_${createHash('sha256').update(dataRoot).digest('hex').slice(0, 8)}`;
  await runCommand('ip', ['link', 'delete', name]);
  await runCommand('nft', ['delete', 'table', 'inet', name]);
  // Made with the first published port.
  const translator = name.replace('skiff', 'skiff6');
  if (existsSync(`/sys/class/net/${translator}`)) await runCommand('ip', ['link', 'delete', translator]);
}

/** A peer that runs already; its socket comes from the environment. */
function peer(
  name: 'Docker' | 'Podman',
  variable: string,
  daemon: RegExp | undefined,
  monitor: RegExp,
): Engine | undefined {
  const host = process.env[variable];
  if (host === undefined || host === '') return undefined;
  return {
    name,
    socketPath: host.replace(/^unix:\/\//, ''),
    ownCli: 'docker',
    buildEnvironment: CLASSIC,
    daemonMb: () => (daemon === undefined ? 0 : residentOf((process) => daemon.test(process.name))),
    monitorsMb: () => residentOf((process) => monitor.test(process.name) && !process.command.includes('/tmp/skb-')),
    stop: async () => undefined,
  };
}

/** Skiff, and the peers that `SKIFF_PEER_DOCKER` and `SKIFF_PEER_PODMAN` name; each has the default image afterwards. */
export async function startEngines(): Promise<Engine[]> {
  const peers = [
    peer('Docker', 'SKIFF_PEER_DOCKER', /^(dockerd|containerd)$/, /^containerd-shim/),
    peer('Podman', 'SKIFF_PEER_PODMAN', undefined, /^conmon$/),
  ].filter((engine) => engine !== undefined);
  for (const { socketPath } of peers) await loadImage(socketPath);
  return [await startSkiff(), ...peers];
}

/**
 * Docker's BuildKit, an engine for builds alone, where `SKIFF_PEER_BUILDX` names a folder that serves as `DOCKER_CONFIG`
 * and has `cli-plugins/docker-buildx`.
 */
export function buildKitOf(engines: readonly Engine[]): Engine[] {
  const config = process.env['SKIFF_PEER_BUILDX'];
  const docker = engines.find(({ name }) => name === 'Docker');
  if (config === undefined || docker === undefined) return [];
  return [{ ...docker, name: 'BuildKit', buildEnvironment: { DOCKER_BUILDKIT: '1', DOCKER_CONFIG: config } }];
}

function loadImage(socketPath: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': 'application/x-tar' };
  const outgoing = request({ socketPath, method: 'POST', path: '/images/load', headers }, (incoming) => {
    incoming.resume();
    incoming.on('end', () =>
      incoming.statusCode === 200 ? resolve() : reject(new Error(`${socketPath}: load: ${incoming.statusCode}`)),
    );
  });
  outgoing.on('error', reject);
  createReadStream(`${project}/dist/busybox.tar`).pipe(outgoing);
  return promise;
}
