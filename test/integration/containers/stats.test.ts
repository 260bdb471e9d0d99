import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { ContainerStats } from '../../../src/api-types/container-stats.ts';
import { createContainer, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const descriptors = () => readdirSync(`/proc/${daemon.pid}/fd`).length;

test('a busy container uses time and memory, and its traffic is counted', async () => {
  const script = 'ping -c 1 $(ip route | sed -n "s/default via \\([^ ]*\\).*/\\1/p"); while :; do :; done';
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', script], HostConfig: { Memory: 64 << 20 } });
  const stats = async () => (await daemon.call('GET', `/containers/${id}/stats?stream=false`)).json<ContainerStats>();
  await until('its ping was answered', async () => ((await stats()).networks?.['eth0']?.rx_bytes ?? 0) > 0);
  const { cpu_stats, precpu_stats, memory_stats, pids_stats, read, preread, name } = await stats();
  assert.ok(cpu_stats.cpu_usage.total_usage > precpu_stats.cpu_usage.total_usage);
  assert.ok((cpu_stats.system_cpu_usage ?? 0) > (precpu_stats.system_cpu_usage ?? 0));
  assert.ok((cpu_stats.online_cpus ?? 0) > 0);
  assert.ok((memory_stats.usage ?? 0) > 0);
  assert.equal(memory_stats.limit, 64 << 20);
  assert.ok((pids_stats.current ?? 0) > 0);
  assert.ok(read > preread);
  assert.match(name, /^\/[^/]+$/);
});

test('the command line shows the share of a processor, and memory beside its limit', async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'while :; do :; done'],
    HostConfig: { Memory: 64 << 20 },
  });
  const line = await daemon.skiff(['stats', '--no-stream', '--format', '{{.ID}} {{.CPUPerc}} {{.MemUsage}}', id]);
  assert.match(line, new RegExp(`^${id.slice(0, 12)} [1-9][\\d.]*% [1-9][\\d.]*\\w+ / 64MiB\\n$`));
});

test('a stream ends with the removal of its container, and leaves no descriptor behind', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1234'] });
  const before = descriptors();
  const streamed = daemon.call('GET', `/containers/${id}/stats`);
  // This answer takes two samples of the one sampler that both share.
  await daemon.call('GET', `/containers/${id}/stats?stream=false`);
  await daemon.call('GET', `/containers/${id}/stats?stream=false`);
  await daemon.call('DELETE', `/containers/${id}?force=1`);
  const samples = (await streamed).text().trim().split('\n');
  assert.ok(samples.length >= 2, `${samples.length} samples`);
  await until('the descriptors are closed', () => descriptors() <= before);
});

test('a stopped container has zeros, and an unknown one no answer', async () => {
  const id = await createContainer(daemon, {});
  const { read, cpu_stats, memory_stats } = (
    await daemon.call('GET', `/containers/${id}/stats?stream=false`)
  ).json<ContainerStats>();
  assert.deepEqual([read, cpu_stats.cpu_usage.total_usage, memory_stats], ['0001-01-01T00:00:00Z', 0, {}]);
  assert.equal((await daemon.call('GET', '/containers/nobody/stats')).status, 404);
  const contradiction = await daemon.call('GET', `/containers/${id}/stats?one-shot=true`);
  assert.deepEqual(contradiction.json(), { message: 'cannot have stream=true and one-shot=true' });
  assert.equal(contradiction.status, 400);
});
