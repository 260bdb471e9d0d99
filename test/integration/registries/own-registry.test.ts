import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { tarOf } from '../../support/tar.ts';
import { RegistryProcess } from '../registry/registry-process.ts';

/** Above what goes in one request. */
const LARGE_BYTES = 6_000_000;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('our own registry takes an image, mounts its layers elsewhere, and gives it back as it was', async (t) => {
  const registry = await RegistryProcess.start(t);
  const name = `${registry.address}/team/app`;
  await daemon.skiff(['import', '-', `${name}:1`], { input: tarOf('large', randomBytes(LARGE_BYTES)) });
  const digestOf = async (reference: string) => {
    const format = '{{index .RepoDigests 0}}';
    return (await daemon.skiff(['image', 'inspect', '-f', format, reference])).split('@')[1];
  };

  assert.match(await daemon.skiff(['push', `${name}:1`]), /^\w{12}: Pushed$/m);
  const digest = await digestOf(`${name}:1`);
  await daemon.skiff(['tag', `${name}:1`, `${registry.address}/other/app:1`]);
  assert.match(await daemon.skiff(['push', `${registry.address}/other/app:1`]), /^\w{12}: Mounted from team\/app$/m);
  await daemon.skiff(['tag', `${name}:1`, `${name}:2`]);
  assert.match(await daemon.skiff(['push', '-a', name]), /^\w{12}: Layer already exists$/m);

  const id = await daemon.skiff(['image', 'inspect', '-f', '{{.Id}}', `${name}:1`]);
  await daemon.skiff(['rmi', '-f', id.trim()]);
  assert.match(await daemon.skiff(['pull', '-a', name]), /^\w{12}: Pull complete$/m);
  assert.equal(await daemon.skiff(['image', 'inspect', '-f', '{{.Id}}', `${name}:2`]), id);
  assert.equal(await digestOf(`${name}:1`), digest);
  assert.match(await daemon.skiff(['search', `${registry.address}/app`]), /\/other\/app .*\n.*\/team\/app /);
});
