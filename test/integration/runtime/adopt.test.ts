import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ContainerId, randomId } from '../../../src/lib/ids.ts';
import { processesOf } from '../../support/leaks.ts';
import { outputOf, RuntimeFixture } from '../../support/runtime-fixture.ts';

const fixture = await RuntimeFixture.open();

test('another daemon goes on with containers that an earlier one made', async () => {
  const created = await fixture.create(['echo', 'late']);
  const running = await fixture.run(['cat'], { stdin: true });
  const ended = await fixture.run(['sh', '-c', 'exit 9']);
  const before = await fixture.runtime.wait(ended.id);

  const runtime = await fixture.reopen();
  await runtime.sweep(new Set([created, running.id, ended.id]));
  assert.deepEqual(await runtime.wait(ended.id), before);
  assert.equal((await runtime.inspect(running.id)).status, 'running');
  assert.equal((await runtime.inspect(created)).status, 'created');

  const output = outputOf(await runtime.attach(created));
  await runtime.start(created);
  assert.equal((await output).stdout, 'late\n');
  const again = await runtime.attach(running.id);
  again.input.end('still there\n');
  assert.equal((await outputOf(again)).stdout, 'still there\n');
  assert.equal((await runtime.wait(running.id)).exitCode, 0);
  for (const id of [created, running.id, ended.id]) await runtime.delete(id);
});

test('a monitor that was killed takes its container along, and the exit code stays the same', async () => {
  const { id } = await fixture.run(['sleep', '1000']);
  const waiting = fixture.runtime.wait(id);
  process.kill(await monitorOf(id), 'SIGKILL');
  const exit = await waiting;
  assert.equal(exit.exitCode, 137);
  assert.equal((await fixture.runtime.inspect(id)).status, 'exited');
  assert.equal((await fixture.runtime.wait(id)).exitCode, 137);
  await fixture.runtime.delete(id);
});

test('a monitor that was killed while no daemon ran is found out', async () => {
  const { id } = await fixture.run(['sleep', '1000']);
  process.kill(await monitorOf(id), 'SIGKILL');
  const runtime = await fixture.reopen();
  assert.equal((await runtime.wait(id)).exitCode, 137);
  await runtime.delete(id);
});

test('the process number of another process is never taken for the container’s', async () => {
  const { id } = await fixture.run(['sleep', '1000']);
  const path = join(fixture.execRoot, 'containers', id, 'monitor.json');
  const record = await readFile(path, 'utf8');
  await fixture.runtime.kill(id, 9);
  await fixture.runtime.wait(id);
  const forged = { ...JSON.parse(record), process: { pid: process.pid, startTime: '1' } };
  await writeFile(path, JSON.stringify(forged));
  await fixture.runtime.delete(id);
});

test('a sweep removes unknown containers, and those that were created by half', async () => {
  const { id: unknown } = await fixture.run(['sleep', '1000']);
  const { id: known } = await fixture.run(['sleep', '1000']);
  const { id: half } = await fixture.run(['sleep', '1000']);
  await rm(join(fixture.execRoot, 'containers', half, 'monitor.json'));
  const empty = randomId<ContainerId>();
  await mkdir(join(fixture.execRoot, 'containers', empty));

  await fixture.runtime.sweep(new Set([known, half]));
  assert.equal((await fixture.runtime.inspect(known)).status, 'running');
  const left = processesOf(fixture.directory).join('\n');
  assert.ok(left.includes(known));
  for (const id of [unknown, half, empty]) {
    assert.equal((await fixture.runtime.inspect(id)).status, 'gone');
    assert.ok(!left.includes(id));
  }
  await fixture.runtime.delete(known);
});

test('a monitor lives in a session of its own and holds nothing of the daemon', async () => {
  const { id } = await fixture.run(['sleep', '1000']);
  const stat = await readFile(`/proc/${await monitorOf(id)}/stat`, 'latin1');
  const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  assert.equal(group, session);
  assert.notEqual(group, (await readFile('/proc/self/stat', 'latin1')).split(' ')[4]);
  await fixture.runtime.delete(id);
});

test('a monitor has at most three megabytes resident, and none of the daemon’s environment', async () => {
  const { id } = await fixture.run(['sleep', '1000']);
  const monitor = `/proc/${await monitorOf(id)}`;
  const kilobytes = Number(/^VmRSS:\s*(\d+) kB$/m.exec(await readFile(`${monitor}/status`, 'latin1'))?.[1]);
  assert.ok(kilobytes <= 3072, `${kilobytes} kB`);
  const names = (await readFile(`${monitor}/environ`, 'utf8')).split('\0').map((entry) => entry.split('=')[0]);
  assert.deepEqual(
    names.filter((name) => !['PATH', 'TMPDIR', '_OCI_SYNCPIPE', ''].includes(name ?? '')),
    [],
  );
  await fixture.runtime.delete(id);
});

async function monitorOf(id: ContainerId): Promise<number> {
  const record = JSON.parse(await readFile(join(fixture.execRoot, 'containers', id, 'monitor.json'), 'utf8')) as {
    monitor: { pid: number };
  };
  return record.monitor.pid;
}
