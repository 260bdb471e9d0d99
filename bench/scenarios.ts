import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engines.ts';
import { runCommand } from './run-command.ts';

/** Runs on each engine in turn. What is before and after the steps is not measured. */
export interface Scenario {
  readonly rounds: number;
  readonly before?: (engine: Engine) => Promise<void>;
  /** By the title of their row, in this order. */
  readonly steps: Readonly<Record<string, (engine: Engine) => Promise<void>>>;
  readonly after?: (engine: Engine) => Promise<void>;
}

export const ROUNDS = Number(process.env['SKIFF_BENCH_ROUNDS'] ?? 15);
/** For what takes seconds. */
export const FEW_ROUNDS = Math.max(1, Math.round(ROUNDS / 4));

export const RUNNING = 5;
const MANY = 40;
const SCALE = 500;
const AT_A_TIME = 8;
const OUTPUT_BYTES = 50_000_000;
const COPIED_BYTES = 100_000_000;
const COPIED = join(tmpdir(), `skiff-bench-copied-${process.pid}`);
const LINE = '0123456789'.repeat(5).slice(1);

/** The docker CLI for all engines, so that each pays for the same client. */
const docker = (engine: Engine, ...args: string[]) =>
  runCommand('docker', ['-H', `unix://${engine.socketPath}`, ...args]);
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `bench-${prefix}-${n}`);

/** Containers that run throughout. */
export async function startRunning(engine: Engine): Promise<void> {
  for (const name of names('running', RUNNING))
    await docker(engine, 'run', '-d', '--name', name, 'busybox', 'sleep', '3600');
}

export async function removeRunning(engine: Engine): Promise<void> {
  await docker(engine, 'rm', '-f', ...names('running', RUNNING));
}

async function inTurns(all: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await work(name);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

const run = (network: string) => (engine: Engine) =>
  docker(engine, 'run', '--rm', '--network', network, 'busybox', 'true');

export const scenarios: readonly Scenario[] = [
  { rounds: ROUNDS, steps: { 'run --rm true, bridge': (engine) => docker(engine, 'run', '--rm', 'busybox', 'true') } },
  {
    rounds: ROUNDS,
    steps: {
      'run --rm true, with a published port': (engine) =>
        docker(engine, 'run', '--rm', '-p', '0:80', 'busybox', 'true'),
    },
  },
  { rounds: ROUNDS, steps: { 'run --rm true, none': run('none') } },
  { rounds: ROUNDS, steps: { 'run --rm true, host': run('host') } },
  {
    rounds: ROUNDS,
    steps: {
      'run --rm true, with a volume': (engine) =>
        docker(engine, 'run', '--rm', '-v', 'bench-volume:/v', 'busybox', 'true'),
    },
    after: (engine) => docker(engine, 'volume', 'rm', 'bench-volume'),
  },
  { rounds: ROUNDS, steps: { 'exec true': (engine) => docker(engine, 'exec', 'bench-running-0', 'true') } },
  {
    rounds: ROUNDS,
    steps: { 'ps, own CLI': (engine) => runCommand(engine.ownCli, ['-H', `unix://${engine.socketPath}`, 'ps']) },
  },
  {
    rounds: FEW_ROUNDS,
    before: (engine) =>
      inTurns(names('many', MANY), (name) => docker(engine, 'create', '--name', name, 'busybox', 'sleep', '3600')),
    steps: {
      [`start of ${MANY}, ${AT_A_TIME} at a time`]: (engine) =>
        inTurns(names('many', MANY), (name) => docker(engine, 'start', name)),
      [`rm -f of ${MANY} running`]: (engine) => docker(engine, 'rm', '-f', ...names('many', MANY)),
    },
  },
  {
    rounds: FEW_ROUNDS,
    steps: {
      'run writing 50 MB of lines': (engine) =>
        docker(engine, 'run', '--name', 'bench-output', 'busybox', 'sh', '-c', `yes ${LINE} | head -c ${OUTPUT_BYTES}`),
      'logs reading them': (engine) => docker(engine, 'logs', 'bench-output'),
    },
    after: (engine) => docker(engine, 'rm', 'bench-output'),
  },
  {
    rounds: FEW_ROUNDS,
    before: async (engine) => {
      await writeFile(COPIED, Buffer.alloc(COPIED_BYTES, LINE));
      await docker(engine, 'run', '-d', '--name', 'bench-copy', 'busybox', 'sleep', '3600');
    },
    steps: {
      'cp of 100 MB in': (engine) => docker(engine, 'cp', COPIED, 'bench-copy:/copied'),
      'cp of 100 MB out': (engine) => docker(engine, 'cp', 'bench-copy:/copied', `${COPIED}.out`),
    },
    after: async (engine) => {
      await docker(engine, 'rm', '-f', 'bench-copy');
      for (const path of [COPIED, `${COPIED}.out`]) await rm(path, { force: true });
    },
  },
  {
    rounds: 1,
    before: (engine) =>
      inTurns(names('scale', SCALE), (name) => docker(engine, 'create', '--name', name, 'busybox', 'true')),
    steps: {
      [`ps -a of ${SCALE}, own CLI`]: (engine) =>
        runCommand(engine.ownCli, ['-H', `unix://${engine.socketPath}`, 'ps', '-a']),
      [`run --rm true beside ${SCALE}`]: run('bridge'),
    },
    after: (engine) => docker(engine, 'rm', '-f', ...names('scale', SCALE)),
  },
];
