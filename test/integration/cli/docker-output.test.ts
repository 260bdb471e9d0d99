import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dispatch } from '../../../src/cli/dispatch.ts';
import type { Output, Terminal } from '../../../src/cli/io/terminal.ts';
import { cliEnvironment, recordedApi, recordedCommands } from '../../support/cli-fixtures.ts';
import { type ReplayServer, startReplayServer } from '../../support/replay-server.ts';

let server: ReplayServer;
before(async () => {
  process.env.TZ = cliEnvironment.TZ;
  server = await startReplayServer(recordedApi);
});
after(async () => {
  await server.close();
});

interface Capture extends Terminal {
  readonly printed: { stdout: string; stderr: string };
}

function capture(input = '', isTerminal = false): Capture {
  const printed = { stdout: '', stderr: '' };
  const output = (stream: 'stdout' | 'stderr'): Output => ({
    isTerminal,
    columns: undefined,
    rows: undefined,
    write: (data) => {
      printed[stream] += typeof data === 'string' ? data : Buffer.from(data).toString();
      return Promise.resolve();
    },
  });
  const stdin = {
    isTerminal,
    async *chunks() {
      if (input !== '') yield Buffer.from(input);
    },
    makeRaw: () => () => undefined,
  };
  return { stdin, stdout: output('stdout'), stderr: output('stderr'), printed };
}

async function run(args: readonly string[], input?: string, extraEnv: Record<string, string> = {}) {
  const io = capture(input);
  const argv = ['-H', server.host, ...args];
  const env = { ...process.env, ...cliEnvironment, ...extraEnv };
  const status = await dispatch({ argv, programName: 'docker', env, io });
  return { status, stdout: io.printed.stdout, stderr: io.printed.stderr.replaceAll(server.host, 'HOST') };
}

for (const recorded of recordedCommands()) {
  const shown = recorded.args.map((arg) => (/^[\w.:/=-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
  const input = recorded.input === undefined ? '' : ` after ${JSON.stringify(recorded.input)}`;
  test(`${shown}${input} prints what docker prints`, async () => {
    const { status, stdout, stderr } = await run(recorded.args, recorded.input);
    const from = recorded.from === undefined ? 0 : stdout.indexOf(recorded.from);
    assert.deepEqual(
      { status, stdout: stdout.slice(from), stderr },
      { status: recorded.status, stdout: recorded.stdout, stderr: recorded.stderr },
    );
  });
}

test('a list is asked for once, and only what a template shows is computed', async () => {
  const before = server.requests.length;
  await run(['ps', '--format', '{{.Names}}']);
  await run(['ps', '--format', 'table {{.Size}}']);
  assert.deepEqual(server.requests.slice(before), ['GET /containers/json', 'GET /containers/json?size=1']);
});

test('lists have the formats of the configuration file, unless a flag says otherwise', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-config-'));
  try {
    const formats = { psFormat: 'ps {{.Names}}', imagesFormat: 'table {{.ID}}', networksFormat: '{{.Name}};' };
    await writeFile(join(folder, 'config.json'), JSON.stringify(formats));
    const env = { DOCKER_CONFIG: folder };
    assert.equal((await run(['ps'], undefined, env)).stdout, 'ps web\nps db\n');
    assert.equal((await run(['ps', '-q'], undefined, env)).stdout, 'a1b2c3d4e5f6\nb7c8d9e0f1a2\n');
    assert.equal((await run(['ps', '--format', '{{.ID}}'], undefined, env)).stdout, 'a1b2c3d4e5f6\nb7c8d9e0f1a2\n');
    assert.equal((await run(['images', 'busybox'], undefined, env)).stdout, 'IMAGE ID\n136b251491b3\n136b251491b3\n');
    assert.match((await run(['network', 'ls'], undefined, env)).stdout, /^bridge;\nhost;\n/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an archive is saved under its name only when it is whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-save-'));
  try {
    const path = join(folder, 'images.tar');
    assert.equal((await run(['save', '-o', path, 'busybox', 'nginx'])).status, 0);
    assert.equal(await readFile(path, 'utf8'), 'not really a tar\n');
    assert.equal((await run(['save', '-o', join(folder, 'other.tar'), 'nosuch'])).status, 1);
    assert.deepEqual(await readdir(folder), ['images.tar']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an archive is neither written to a terminal nor read from one', async () => {
  const attempt = async (command: string[]) => {
    const io = capture('', true);
    const argv = ['-H', server.host, ...command];
    const status = await dispatch({ argv, programName: 'docker', env: cliEnvironment, io });
    return { status, ...io.printed };
  };
  const refusal = 'cowardly refusing to save to a terminal. Use the -o flag or redirect\n';
  assert.deepEqual(await attempt(['save', 'busybox']), { status: 1, stdout: '', stderr: refusal });
  const empty = 'requested load from stdin, but stdin is empty\n';
  assert.deepEqual(await attempt(['load']), { status: 1, stdout: '', stderr: empty });
});

test('an archive can be loaded from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-load-'));
  try {
    const path = join(folder, 'images.tar');
    await writeFile(path, Buffer.alloc(3_000_000));
    assert.match((await run(['load', '-i', path])).stdout, /^Loaded image: busybox:latest\n/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
