import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { failureOf, progressLines } from '../../support/progress.ts';
import { registryImage } from '../../support/registry-image.ts';
import { TestRegistry } from '../../support/test-registry.ts';
import { until } from '../../support/until.ts';

const folder = mkdtempSync('/tmp/skt-');
const file = join(folder, 'daemon.json');
let daemon: TestDaemon;
let first: TestRegistry;
let second: TestRegistry;

before(async () => {
  [first, second] = await Promise.all([TestRegistry.start(), TestRegistry.start()]);
  configure(first);
  daemon = await startDaemon(['--config-file', file]);
});
after(async () => {
  await Promise.all([first.close(), second.close()]);
  await daemon.close();
  rmSync(folder, { recursive: true });
});

function configure(mirror: TestRegistry, more: object = {}): void {
  writeFileSync(file, JSON.stringify({ 'registry-mirrors': [`http://${mirror.address}`], ...more }));
}

async function hangUp(answer: RegExp): Promise<void> {
  const before = daemon.log().length;
  process.kill(daemon.pid, 'SIGHUP');
  await until('the daemon has taken notice', () => answer.test(daemon.log().slice(before)));
}

const pull = (name: string) => daemon.call('POST', `/images/create?fromImage=${name}&tag=1`);

test('SIGHUP has what the configuration says of registries read anew, and a broken file changes nothing', async () => {
  for (const [n, registry] of [first, second].entries()) {
    const files = Object.fromEntries(Array.from({ length: 3 }, (_, layer) => [`f${layer}`, `${n} ${layer}`]));
    registry.add(`library/skiff-mirrored-${n}`, '1', registryImage({ files }));
  }
  assert.equal(failureOf(await pull('skiff-mirrored-0')), undefined);

  configure(second, { 'max-concurrent-downloads': 1, 'insecure-registries': ['registry.example:5000'] });
  await hangUp(/registries are as configured now/);
  first.requests.length = 0;
  const answer = await pull('skiff-mirrored-1');
  assert.equal(failureOf(answer), undefined);
  assert.deepEqual(first.requests, []);
  assert.equal(progressLines(answer).filter(({ status }) => status === 'Waiting').length, 2);
  const { RegistryConfig } = (await daemon.call('GET', '/info')).json<{
    RegistryConfig: { Mirrors: string[]; IndexConfigs: object };
  }>();
  assert.deepEqual(RegistryConfig.Mirrors, [`http://${second.address}`]);
  assert.ok('registry.example:5000' in RegistryConfig.IndexConfigs);

  writeFileSync(file, '{"registry-mirrors": 7}');
  await hangUp(/the configuration is not read anew: /);
  assert.equal(failureOf(await pull('skiff-mirrored-1')), undefined);
});
