import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { Filters } from '../lib/filters.ts';
import { parseReference } from '../lib/image-reference.ts';
import { dockerArchive, makeImage } from './testing/image-archive.ts';
import { type ImageFixture, imageFixture } from './testing/image-fixture.ts';

const old = makeImage(['old'], { Labels: { tier: 'one', only: '' } }, '2020-01-01T00:00:00Z');
const middle = makeImage(['old', 'middle'], { Labels: { tier: 'two' } }, '2021-01-01T00:00:00Z');
const young = makeImage(['young!'], {}, '2022-01-01T00:00:00Z');

async function fixture(t: Parameters<typeof imageFixture>[0]): Promise<ImageFixture> {
  const made = imageFixture(t);
  await made.load(dockerArchive([[old, 'team/old:1', 'registry.example/old:2'], [middle, 'middle:1'], [young]]));
  return made;
}

async function list({ images }: ImageFixture, filters: object): Promise<unknown[]> {
  const names = new Map([
    [old.id, 'old'],
    [middle.id, 'middle'],
    [young.id, 'young'],
  ]);
  const summaries = await images.list({ filters: Filters.parse(JSON.stringify(filters)), all: false });
  return summaries.map(({ image }) => names.get(image.id));
}

test('images are listed newest first, with their names and sizes', async (t) => {
  const made = await fixture(t);
  const summaries = await made.images.list({
    filters: new Filters(),
    all: false,
    withSharedSize: true,
    withContainers: true,
  });
  assert.deepEqual(
    summaries.map(({ image, tags, sizeBytes, sharedBytes, containers }) => [
      image.id,
      tags,
      sizeBytes,
      sharedBytes,
      containers,
    ]),
    [
      [young.id, [], 6, 0, 0],
      [middle.id, ['middle:1'], 9, 3, 0],
      [old.id, ['team/old:1', 'registry.example/old:2'], 3, 3, 0],
    ],
  );
});

test('each filter picks what Docker picks by it', async (t) => {
  const made = await fixture(t);
  const cases: [object, unknown[]][] = [
    [{ dangling: ['true'] }, ['young']],
    [{ dangling: ['false'] }, ['middle', 'old']],
    [{ label: ['tier'] }, ['middle', 'old']],
    [{ label: ['tier=one'] }, ['old']],
    [{ label: ['tier=one', 'only'] }, ['old']],
    [{ label: ['tier=one', 'tier=two'] }, []],
    [{ before: ['middle:1'] }, ['old']],
    [{ since: ['team/old:1'] }, ['young', 'middle']],
    [{ since: ['team/old:1'], before: [young.id] }, ['middle']],
    [{ until: ['2021-06-01'] }, ['middle', 'old']],
    [{ until: ['24h'] }, ['young', 'middle', 'old']],
    [{ reference: ['middle'] }, ['middle']],
    [{ reference: ['*:1'] }, ['middle']],
    [{ reference: ['*/*:1'] }, ['old']],
    [{ reference: ['registry.example/*'] }, ['old']],
    [{ reference: ['nope', 'm*'] }, ['middle']],
  ];
  for (const [filters, expected] of cases)
    assert.deepEqual(await list(made, filters), expected, JSON.stringify(filters));
});

test('a reference filter leaves only the names that match', async (t) => {
  const { images } = await fixture(t);
  const [summary] = await images.list({ filters: Filters.parse('{"reference":["team/*"]}'), all: false });
  assert.deepEqual(summary?.tags, ['team/old:1']);
});

test('filters that Docker refuses are refused as it does', async (t) => {
  const made = await fixture(t);
  const cases: [object, string, string][] = [
    [{ nope: ['x'] }, 'invalid_argument', "invalid filter 'nope'"],
    [{ dangling: ['x'] }, 'invalid_argument', "invalid filter 'dangling=[x]'"],
    [{ before: ['x'] }, 'not_found', 'No such image: x:latest'],
    [{ until: ['x'] }, 'internal', 'failed to parse value as time or duration: "x"'],
    [{ reference: ['[x'] }, 'internal', 'syntax error in pattern'],
  ];
  for (const [filters, kind, message] of cases) {
    await assert.rejects(
      list(made, filters),
      (error) => isEngineError(error) && error.kind === kind && error.message === message,
    );
  }
});

test('prune takes images without a name, or all that nothing uses', async (t) => {
  const made = await fixture(t);
  made.use(middle.id, 'c'.repeat(64), false);
  const first = await made.images.prune(new Filters());
  assert.deepEqual(first.rows[0], { deleted: young.id });
  assert.equal(first.reclaimedBytes, 6);
  await made.images.tag('team/old:1', parseReference('kept:1'));
  const nothing = await made.images.prune(Filters.parse('{"dangling":["false"],"until":["2019-01-01"]}'));
  assert.deepEqual(nothing, { rows: [], reclaimedBytes: 0 });
  const second = await made.images.prune(Filters.parse('{"dangling":["false"],"label!":["tier=two"]}'));
  assert.deepEqual(
    second.rows.map((row) => ('untagged' in row ? row.untagged : row.deleted)),
    ['kept:1', 'team/old:1', 'registry.example/old:2', old.id],
  );
  // Its only layer belongs to the image that is in use.
  assert.equal(second.reclaimedBytes, 0);
  assert.deepEqual(await list(made, {}), ['middle']);
});

test('a prune while another one runs is refused, and one after it is not', async (t) => {
  const made = await fixture(t);
  const first = made.images.prune(new Filters());
  await assert.rejects(made.images.prune(new Filters()), {
    kind: 'conflict',
    message: 'a prune operation is already running',
  });
  assert.deepEqual((await first).rows[0], { deleted: young.id });
  assert.deepEqual((await made.images.prune(new Filters())).rows, []);
});
