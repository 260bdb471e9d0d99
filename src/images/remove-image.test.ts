import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { digestOf } from '../lib/digest.ts';
import { parseReference } from '../lib/image-reference.ts';
import { dockerArchive, makeImage } from './testing/image-archive.ts';
import { imageFixture } from './testing/image-fixture.ts';

const plain = { force: false, prune: true };
const forced = { force: true, prune: true };
const container = 'c'.repeat(64);

function conflict(message: string): (error: unknown) => boolean {
  return (error) => isEngineError(error, 'conflict') && error.message === message;
}

test('a name goes first, and with the last one the image and its layers', async (t) => {
  const { images, load, blobs, events } = imageFixture(t);
  const image = makeImage(['a'], { Labels: { k: 'v' } });
  await load(dockerArchive([[image, 'a:1', 'a:2']]));
  assert.deepEqual(await images.remove('a:1', plain), [{ untagged: 'a:1' }]);
  assert.deepEqual(await images.remove('docker.io/library/a:2', plain), [
    { untagged: 'a:2' },
    { deleted: image.id },
    { deleted: digestOf(image.layers[0] ?? '') },
  ]);
  assert.deepEqual(await blobs(), []);
  await assert.rejects(images.remove('a:2', plain), /No such image: a:2/);
  assert.deepEqual(
    events.slice(1).map(({ action, attributes }) => [action, attributes]),
    [
      ['untag', { k: 'v', name: image.id }],
      ['untag', { k: 'v', name: image.id }],
      ['delete', { name: image.id }],
    ],
  );
});

test('by ID all names go at once, but several only by force', async (t) => {
  const { images, load } = imageFixture(t);
  const image = makeImage(['a']);
  await load(dockerArchive([[image, 'a:1', 'b:1']]));
  const short = image.id.slice(7, 19);
  await assert.rejects(
    images.remove(short, plain),
    conflict(`conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`),
  );
  const rows = await images.remove(short, forced);
  assert.deepEqual(rows.slice(0, 3), [{ untagged: 'a:1' }, { untagged: 'b:1' }, { deleted: image.id }]);
});

test('layers that another image has stay', async (t) => {
  const { images, load } = imageFixture(t);
  const [one, two] = [makeImage(['a', 'b']), makeImage(['a', 'c'])];
  await load(
    dockerArchive([
      [one, 'one:1'],
      [two, 'two:1'],
    ]),
  );
  const rows = await images.remove('one:1', plain);
  assert.equal(rows.length, 3);
  assert.equal((await images.inspect('two:1')).sizeBytes, 2);
});

test('what a container uses is protected with the words that clients know', async (t) => {
  const { images, load, use } = imageFixture(t);
  const image = makeImage(['a']);
  await load(dockerArchive([[image, 'a:1']]));
  const short = image.id.slice(7, 19);
  use(image.id, container, false);
  await assert.rejects(
    images.remove('a:1', plain),
    conflict(
      `conflict: unable to remove repository reference "a:1" (must force) - container cccccccccccc is using its referenced image ${short}`,
    ),
  );
  await assert.rejects(
    images.remove(image.id, plain),
    conflict(
      `conflict: unable to delete ${short} (must be forced) - image is being used by stopped container cccccccccccc`,
    ),
  );
  use(image.id, 'd'.repeat(64), true);
  await assert.rejects(
    images.remove(image.id, forced),
    conflict(
      `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container dddddddddddd`,
    ),
  );
  // The name alone may go by force; the image stays for its container.
  assert.deepEqual(await images.remove('a:1', forced), [{ untagged: 'a:1' }]);
  assert.equal((await images.resolve(image.id)).id, image.id);
});

test('a short ID that fits two images is none', async (t) => {
  const { images, load } = imageFixture(t);
  const made = Array.from({ length: 17 }, (_, index) => makeImage([`file ${index}`]));
  await load(dockerArchive(made.map((image, index) => [image, `a:${index}`] as const)));
  const first = new Map<string, number>();
  for (const { id } of made) first.set(id.charAt(7), (first.get(id.charAt(7)) ?? 0) + 1);
  const [shared] = [...first].find(([, count]) => count > 1) ?? [];
  assert.ok(shared !== undefined);
  await assert.rejects(images.resolve(shared), /No such image/);
});

test('a name wins over an ID that starts like it', async (t) => {
  const { images, load } = imageFixture(t);
  const [one, two] = [makeImage(['a']), makeImage(['b'])];
  await load(
    dockerArchive([
      [one, 'one:1'],
      [two, 'two:1'],
    ]),
  );
  const name = one.id.slice(7, 13);
  assert.equal((await images.resolve(name)).id, one.id);
  await images.tag('two:1', parseReference(`${name}:latest`));
  assert.equal((await images.resolve(name)).id, two.id);
});
