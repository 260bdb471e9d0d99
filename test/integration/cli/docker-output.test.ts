import assert from 'node:assert/strict';
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

function capture(input = ''): Capture {
  const printed = { stdout: '', stderr: '' };
  const output = (stream: 'stdout' | 'stderr'): Output => ({
    isTerminal: false,
    columns: undefined,
    rows: undefined,
    write: (data) => {
      printed[stream] += typeof data === 'string' ? data : Buffer.from(data).toString();
      return Promise.resolve();
    },
  });
  const stdin = {
    isTerminal: false,
    async *chunks() {
      if (input !== '') yield Buffer.from(input);
    },
    makeRaw: () => () => undefined,
  };
  return { stdin, stdout: output('stdout'), stderr: output('stderr'), printed };
}

async function run(args: readonly string[], input?: string) {
  const io = capture(input);
  const argv = ['-H', server.host, ...args];
  const status = await dispatch({ argv, programName: 'docker', env: { ...process.env, ...cliEnvironment }, io });
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
