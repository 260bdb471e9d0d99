import { type Engine, startEngines } from './engines.ts';
import { median, timeCommand } from './measure.ts';
import { printTable, type Row } from './table.ts';

const ROUNDS = Number(process.env['SKIFF_BENCH_ROUNDS'] ?? 15);
const RUNNING = 5;

type Operation = (engine: Engine, round: number) => Promise<number>;

const docker = (engine: Engine, ...args: string[]) =>
  timeCommand('docker', ['-H', `unix://${engine.socketPath}`, ...args]);
const run =
  (network: string): Operation =>
  (engine) =>
    docker(engine, 'run', '--rm', '--network', network, 'busybox', 'true');

/** Whole commands of the docker CLI, so that every engine pays for the same client; `ps` with each one's own CLI. */
const operations: Record<string, Operation> = {
  'run --rm true, bridge': (engine) => docker(engine, 'run', '--rm', 'busybox', 'true'),
  'run --rm true, none': run('none'),
  'run --rm true, host': run('host'),
  'exec true': (engine) => docker(engine, 'exec', 'bench-0', 'true'),
  ps: (engine) => timeCommand(engine.ownCli, ['-H', `unix://${engine.socketPath}`, 'ps']),
};

/** A B C A B C …: what the machine does in between hits all engines alike. The first round warms up. */
async function measure(engines: readonly Engine[], operation: Operation): Promise<number[]> {
  const times = engines.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, engine] of engines.entries()) {
      const milliseconds = await operation(engine, round);
      if (round > 0) times[index]?.push(milliseconds);
    }
  }
  return times.map(median);
}

async function main(): Promise<void> {
  const engines = await startEngines();
  const rows: Row[] = [];
  try {
    rows.push({ title: 'daemon idle, resident', unit: 'MB', values: engines.map((engine) => engine.daemonMb()) });
    for (const engine of engines) {
      for (let n = 0; n < RUNNING; n++)
        await docker(engine, 'run', '-d', '--name', `bench-${n}`, 'busybox', 'sleep', '3600');
    }
    rows.push({
      title: 'per running container, resident',
      unit: 'MB',
      values: engines.map((engine) => perContainer(engine)),
    });
    for (const [title, operation] of Object.entries(operations)) {
      process.stderr.write(`bench: ${title} …\n`);
      rows.push({ title, unit: 'ms', values: await measure(engines, operation) });
    }
  } finally {
    for (const engine of engines) {
      await docker(engine, 'rm', '-f', ...Array.from({ length: RUNNING }, (_, n) => `bench-${n}`));
      await engine.stop();
    }
  }
  process.stdout.write(
    printTable(
      engines.map(({ name }) => name),
      rows,
    ),
  );
}

function perContainer(engine: Engine): number | undefined {
  const all = engine.monitorsMb();
  return all === undefined ? undefined : all / RUNNING;
}

await main();
