import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from './engines.ts';
import { runCommand } from './run-command.ts';
import type { Row } from './table.ts';

const SECONDS = '3';
const ROUNDS = 3;
const SERVER = 'bench-net-server';
const CLIENT = 'bench-net-client';
const STREAM_PORT = 5201;
/** busybox's server makes a process per request: the same work behind every engine's port. */
const SCRIPT = 'mkdir /w; echo hello > /w/index.html; exec httpd -f -h /w -p 80';

/** How much passes, in the median of three goes; `tool` must be installed on the host. */
interface Rate {
  readonly title: string;
  readonly unit: 'Gbit/s' | '/s';
  readonly tool: string;
  readonly measure: (engine: Engine) => Promise<number>;
}

const rates: readonly Rate[] = [
  {
    title: 'requests per second through a published port (wrk)',
    unit: '/s',
    tool: 'wrk',
    measure: async (engine) => {
      const port = await publishedPort(engine, '80');
      const text = await output('wrk', ['-t2', '-c8', `-d${SECONDS}s`, `http://127.0.0.1:${port}/`]);
      return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
    },
  },
  {
    title: 'one TCP stream, container to container',
    unit: 'Gbit/s',
    tool: 'iperf3',
    measure: async (engine) => {
      const address = await docker(engine, 'inspect', '-f', '{{.NetworkSettings.IPAddress}}', SERVER);
      return stream(engine, ['nsenter', '-n', '-t', await processOf(engine, CLIENT)], address, STREAM_PORT);
    },
  },
  {
    title: 'one TCP stream through a published port',
    unit: 'Gbit/s',
    tool: 'iperf3',
    measure: async (engine) =>
      stream(engine, [], '127.0.0.1', Number(await publishedPort(engine, String(STREAM_PORT)))),
  },
];

/** A row for each rate, with the engines in turn. Rates whose tool is missing have no values. */
export async function measureRates(engines: readonly Engine[], isWanted: (title: string) => boolean): Promise<Row[]> {
  const wanted = rates.filter(({ title }) => isWanted(title));
  if (wanted.length === 0) return [];
  for (const engine of engines) {
    await docker(
      engine,
      'run',
      '-d',
      '--name',
      SERVER,
      '-p',
      '80',
      '-p',
      String(STREAM_PORT),
      'busybox',
      'sh',
      '-c',
      SCRIPT,
    );
    await docker(engine, 'run', '-d', '--name', CLIENT, 'busybox', 'sleep', '3600');
  }
  try {
    const rows: Row[] = [];
    for (const rate of wanted) rows.push({ ...rate, values: await valuesOf(rate, engines) });
    return rows;
  } finally {
    for (const engine of engines) await docker(engine, 'rm', '-f', SERVER, CLIENT);
  }
}

async function valuesOf({ title, tool, measure }: Rate, engines: readonly Engine[]): Promise<(number | undefined)[]> {
  process.stderr.write(`bench: ${title} …\n`);
  if (!(await isInstalled(tool))) return engines.map(() => undefined);
  const values = engines.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, engine] of engines.entries()) values[index]?.push(await measure(engine));
  }
  return values.map((all) => all.toSorted((a, b) => a - b)[ROUNDS >> 1]);
}

async function isInstalled(tool: string): Promise<boolean> {
  return runCommand('which', [tool]).then(
    () => true,
    () => false,
  );
}

/** iperf3 listens in the server container's network, as a program in it would. */
async function stream(engine: Engine, from: readonly string[], address: string, port: number): Promise<number> {
  const pid = await processOf(engine, SERVER);
  const server = spawn('nsenter', ['-n', '-t', pid, 'iperf3', '-s', '-1', '-p', String(STREAM_PORT)], {
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  try {
    await delay(300);
    const args = ['-J', '-c', address, '-p', String(port), '-t', SECONDS];
    const [file = 'iperf3', ...rest] = from;
    const answer = await output(file, from.length === 0 ? args : [...rest, 'iperf3', ...args]);
    const { end } = JSON.parse(answer) as { end: { sum_received: { bits_per_second: number } } };
    return end.sum_received.bits_per_second / 1e9;
  } finally {
    server.kill();
    await ended;
  }
}

async function publishedPort(engine: Engine, port: string): Promise<string> {
  const text = await docker(engine, 'port', SERVER, `${port}/tcp`);
  return /:(\d+)$/m.exec(text)?.[1] ?? '';
}

function processOf(engine: Engine, container: string): Promise<string> {
  return docker(engine, 'inspect', '-f', '{{.State.Pid}}', container);
}

function docker(engine: Engine, ...args: string[]): Promise<string> {
  return output('docker', ['-H', `unix://${engine.socketPath}`, ...args]);
}

async function output(file: string, args: readonly string[]): Promise<string> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${status}`);
  return Buffer.concat(chunks).toString().trim();
}
