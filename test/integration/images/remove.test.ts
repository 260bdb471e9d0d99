import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function message(path: string): Promise<[number, string]> {
  const answer = await daemon.call('DELETE', path);
  return [answer.status, answer.json<{ message: string }>().message];
}

test('an image stays for a container that runs on it, which outlives its names', async () => {
  const { Id: image } = (await daemon.call('GET', '/images/busybox/json')).json<{ Id: string }>();
  const container = (await daemon.skiff(['run', '-d', 'busybox', 'sleep', '1000'])).trim();
  const [short, shortImage] = [container.slice(0, 12), image.slice(7, 19)];
  assert.deepEqual(await message('/images/busybox'), [
    409,
    `conflict: unable to remove repository reference "busybox" (must force) - container ${short} is using its referenced image ${shortImage}`,
  ]);
  assert.deepEqual(await message(`/images/${image}?force=1`), [
    409,
    `conflict: unable to delete ${shortImage} (cannot be forced) - image is being used by running container ${short}`,
  ]);
  const untagged = await daemon.call('DELETE', '/images/busybox?force=1');
  assert.deepEqual(untagged.json(), [{ Untagged: 'busybox:latest' }]);
  assert.equal(await daemon.skiff(['exec', container, 'echo', 'still here']), 'still here\n');

  await daemon.call('POST', `/containers/${container}/kill`);
  await daemon.call('POST', `/containers/${container}/wait`);
  assert.deepEqual(await message(`/images/${image}`), [
    409,
    `conflict: unable to delete ${shortImage} (must be forced) - image is being used by stopped container ${short}`,
  ]);
  await daemon.call('DELETE', `/containers/${container}`);
  const pruned = await daemon.call('POST', '/images/prune');
  const { ImagesDeleted, SpaceReclaimed } = pruned.json<{ ImagesDeleted: object[]; SpaceReclaimed: number }>();
  assert.deepEqual(ImagesDeleted[0], { Deleted: image });
  assert.ok(SpaceReclaimed > 1_000_000);
});
