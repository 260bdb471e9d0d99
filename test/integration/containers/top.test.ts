import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContainer, runContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** A start is answered when the process is let go, which then still has to become the command. */
async function runSleep(): Promise<string> {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1234'] });
  const top = () => daemon.call('GET', `/containers/${id}/top`);
  await until('the command runs', async () => (await top()).text().includes('"sleep 1234"'));
  return id;
}

interface Top {
  readonly Titles: string[];
  readonly Processes: string[][];
}

test('top lists the processes of this container alone', async () => {
  await runUntilStopped(daemon);
  const id = await runSleep();
  const top = (await daemon.call('GET', `/containers/${id}/top`)).json<Top>();
  assert.deepEqual(top.Titles, ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']);
  assert.deepEqual(
    top.Processes.map((row) => row.at(-1)),
    ['sleep 1234'],
  );
});

test('the options are those of ps, also where they choose processes themselves', async () => {
  const id = await runSleep();
  const columns = (await daemon.call('GET', `/containers/${id}/top?ps_args=-o%20pid,args`)).json<Top>();
  assert.deepEqual(columns.Titles, ['PID', 'COMMAND']);
  const all = (await daemon.call('GET', `/containers/${id}/top?ps_args=aux`)).json<Top>();
  assert.deepEqual(
    all.Processes.map((row) => row.at(-1)),
    ['sleep 1234'],
  );
});

test('what has no processes, or no column that tells them apart, is refused', async () => {
  const created = await createContainer(daemon, {});
  assert.equal((await daemon.call('GET', `/containers/${created}/top`)).status, 409);
  const id = await runSleep();
  const refused = await daemon.call('GET', `/containers/${id}/top?ps_args=-o%20comm`);
  assert.deepEqual([refused.status, refused.json()], [500, { message: "Couldn't find PID field in ps output" }]);
  const disguised = await daemon.call('GET', `/containers/${id}/top?ps_args=-o%20x=PID`);
  assert.deepEqual(disguised.json(), { message: 'specifying "x=PID" is not allowed' });
});

test('both command lines print the same table', async () => {
  const id = await runSleep();
  const ours = await daemon.skiff(['top', id, '-o', 'pid,args']);
  assert.match(ours, /^PID {17}COMMAND\n\d+ +sleep 1234\n$/);
});
