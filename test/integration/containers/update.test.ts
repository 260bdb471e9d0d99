import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, logsOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const MEBIBYTE = 1024 * 1024;

async function update(id: string, body: object) {
  const answer = await daemon.call('POST', `/containers/${id}/update`, { body });
  return { status: answer.status, ...answer.json<{ message?: string; Warnings?: string[] | null }>() };
}

async function hostConfigOf(id: string): Promise<Record<string, unknown>> {
  const answer = await daemon.call('GET', `/containers/${id}/json`);
  return answer.json<{ HostConfig: Record<string, unknown> }>().HostConfig;
}

test('a memory limit takes hold of a container that runs, and stays for its next start', async () => {
  const script = 'read _; tail /dev/zero';
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', 'sleep 1000'] });
  const changed = await update(id, { Memory: 16 * MEBIBYTE, MemorySwap: 16 * MEBIBYTE });
  assert.deepEqual(changed, { status: 200, Warnings: null });
  const killed = await daemon.trySkiff(['exec', '-i', id, 'sh', '-c', script], { input: '\n' });
  assert.equal(killed.status, 137);
  const { Memory, MemorySwap } = await hostConfigOf(id);
  assert.deepEqual([Memory, MemorySwap], [16 * MEBIBYTE, 16 * MEBIBYTE]);
});

test('a limit on processes takes hold, and can be lifted again', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  await update(id, { PidsLimit: 4 });
  const fork = ['exec', id, 'sh', '-c', 'for i in 1 2 3 4 5 6; do sleep 0.2 & done; wait'];
  assert.match((await daemon.trySkiff(fork)).stderr, /can't fork/);
  assert.deepEqual(await update(id, { PidsLimit: -1 }), { status: 200, Warnings: null });
  assert.equal((await daemon.trySkiff(fork)).stderr, '');
});

test('limits of a container that does not run count from its start on', async () => {
  const id = await createContainer(daemon, { Cmd: ['sh', '-c', 'for i in 1 2 3 4 5 6; do sleep 0.2 & done; wait'] });
  assert.deepEqual(await update(id, { PidsLimit: 4, CpuShares: 300 }), { status: 200, Warnings: null });
  await daemon.call('POST', `/containers/${id}/start`);
  await exitCodeOf(daemon, id);
  assert.match((await logsOf(daemon, id)).stderr, /can't fork/);
  assert.equal((await hostConfigOf(id))['CpuShares'], 300);
});

test('limits that contradict what is set are refused with the reason, and change nothing', async () => {
  const id = await createContainer(daemon, { HostConfig: { NanoCpus: 500_000_000 } });
  const refused = (reason: string) => ({ status: 409, message: `Cannot update container ${id}: ${reason}` });
  assert.deepEqual(
    await update(id, { CpuQuota: 50_000 }),
    refused('Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set'),
  );
  assert.deepEqual(
    await update(id, { Memory: 64 * MEBIBYTE }),
    refused('Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time'),
  );
  assert.deepEqual(await update(id, { Memory: 1000 }), { status: 400, message: 'Minimum memory limit allowed is 6MB' });
  const { CpuQuota, Memory } = await hostConfigOf(id);
  assert.deepEqual([CpuQuota, Memory], [0, 0]);
});
