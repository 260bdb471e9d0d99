import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { Filters } from '../lib/filters.ts';
import { createRequest, running, type TestEngine, testEngine } from './testing/test-engine.ts';

async function names({ containers }: TestEngine, filters: object = {}, options: object = {}): Promise<string[]> {
  const list = await containers.list({
    all: true,
    limit: 0,
    size: false,
    filters: Filters.parse(JSON.stringify(filters)),
    ...options,
  });
  return list.map(({ Names }) => Names[0] ?? '');
}

async function threeContainers(engine: TestEngine): Promise<string> {
  await engine.containers.create(createRequest('one', { Labels: { a: '1', b: '2' }, ExposedPorts: { '80/tcp': {} } }));
  const two = await running(engine, 'two', { Labels: { a: '2' } });
  const three = await running(engine, 'three');
  const { outcome } = engine.containers.wait(three, '', new AbortController().signal);
  engine.runtime.end(three, 4);
  await outcome;
  return two;
}

test('a list shows what runs, newest first, unless it is asked for all or for the latest', async (t) => {
  const engine = await testEngine(t);
  await threeContainers(engine);
  assert.deepEqual(await names(engine, {}, { all: false }), ['/two']);
  assert.deepEqual(await names(engine), ['/three', '/two', '/one']);
  assert.deepEqual(await names(engine, {}, { all: false, limit: 2 }), ['/three', '/two']);
  assert.deepEqual(await names(engine, { status: ['created'] }, { all: false }), ['/one']);
});

test('every filter leaves out what does not match', async (t) => {
  const engine = await testEngine(t);
  const two = await threeContainers(engine);
  const expected: [object, string[]][] = [
    [{ name: ['^/t'] }, ['/three', '/two']],
    [{ name: ['(', 'one'] }, ['/one']],
    [{ id: [two.slice(0, 12)] }, ['/two']],
    [{ label: ['a'] }, ['/two', '/one']],
    [{ label: ['a=1', 'b'] }, ['/one']],
    [{ exited: ['4'] }, ['/three']],
    [{ status: ['running', 'created'] }, ['/two', '/one']],
    [{ before: ['two'] }, ['/one']],
    [{ since: ['two'] }, ['/three']],
    [{ ancestor: ['busybox'] }, ['/three', '/two', '/one']],
    [{ ancestor: ['nope'] }, []],
    [{ network: ['bridge'] }, ['/three', '/two', '/one']],
    [{ network: ['host'] }, []],
    [{ expose: ['79-81'] }, ['/one']],
    [{ publish: ['80'] }, []],
    [{ volume: ['x'] }, []],
    [{ health: ['none'] }, ['/three', '/two', '/one']],
    [{ 'is-task': ['true'] }, []],
    [{ isolation: ['x'] }, ['/three', '/two', '/one']],
  ];
  for (const [filters, list] of expected) assert.deepEqual(await names(engine, filters), list, JSON.stringify(filters));
});

test('filters and values that do not exist are refused with the texts that clients know', async (t) => {
  const engine = await testEngine(t);
  const refused: [object, string][] = [
    [{ nope: ['x'] }, "invalid filter 'nope'"],
    [{ status: ['x'] }, "invalid filter 'status=x'"],
    [{ exited: ['x'] }, `invalid filter 'exited=x': strconv.Atoi: parsing "x": invalid syntax`],
    [{ health: ['x'] }, 'unrecognized filter value for health: x'],
    [{ before: ['x'] }, 'No such container: x'],
    [{ publish: ['x'] }, 'error while looking up for publish x: strconv.ParseUint: parsing "x": invalid syntax'],
  ];
  for (const [filters, message] of refused) await assert.rejects(names(engine, filters), { message });
});

test('a container is found by ID, by name and by the beginning of its ID alone', async (t) => {
  const { containers } = await testEngine(t);
  const { id } = await containers.create(createRequest('deadbeef'));
  for (const ref of [id, 'deadbeef', '/deadbeef', id.slice(0, 12)]) assert.equal(containers.find(ref).id, id);
  for (let count = 0; count < 20; count++) await containers.create(createRequest(''));
  const shared = Object.entries(Object.groupBy(containers.records(), (record) => record.id.slice(0, 1))).find(
    ([, records]) => (records?.length ?? 0) > 1,
  )?.[0];
  assert.ok(shared !== undefined, 'of 21 IDs two begin alike');
  assert.throws(
    () => containers.find(shared),
    (error) =>
      isEngineError(error, 'invalid_argument') && /multiple IDs found with provided prefix/.test(error.message),
  );
  assert.throws(() => containers.find('nope'), /No such container: nope/);
});

test('a rename frees the old name and refuses one that is taken', async (t) => {
  const engine = await testEngine(t);
  const { containers } = engine;
  const { id } = await containers.create(createRequest('old'));
  const other = await containers.create(createRequest('other'));
  await assert.rejects(containers.rename('old', 'other'), {
    message: `Error when allocating new name: Conflict. The container name "/other" is already in use by container "${other.id}". You have to remove (or rename) that container to be able to reuse that name.`,
  });
  await assert.rejects(containers.rename('old', '!'), /Invalid container name/);
  await containers.rename('old', '/new');
  assert.equal(containers.find('new').id, id);
  assert.equal(engine.events.at(-1), 'rename oldName=/old');
  await containers.create(createRequest('old'));
  assert.equal((await engine.restart()).containers.find('new').id, id);
});
