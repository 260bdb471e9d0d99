import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { Filters } from '../lib/filters.ts';
import type { EngineEvent, EventQuery } from './event-bus.ts';
import { EventBus } from './event-bus.ts';

function publish(bus: EventBus, actorId: string, changes: Partial<EngineEvent> = {}): void {
  bus.publish({ type: 'container', action: 'start', actorId, attributes: {}, ...changes });
}

async function idsOf(events: AsyncIterable<EngineEvent>): Promise<string[]> {
  const ids: string[] = [];
  for await (const event of events) ids.push(event.actorId);
  return ids;
}

function pastIds(bus: EventBus, query: EventQuery): Promise<string[]> {
  return idsOf(bus.read({ sinceNs: 0n, ...query, signal: AbortSignal.abort() }));
}

test('times increase strictly, however fast events come', async () => {
  const bus = new EventBus();
  for (let i = 0; i < 1000; i++) publish(bus, String(i));
  let last = 0n;
  for await (const { timeNs } of bus.read({ sinceNs: 0n, signal: AbortSignal.abort() })) {
    assert.ok(timeNs > last);
    last = timeNs;
  }
  assert.ok(last > 0n);
});

test('a reader gets what was kept and then what comes, without a gap, until it is aborted', async () => {
  const bus = new EventBus();
  const abort = new AbortController();
  publish(bus, 'before');
  const reading = idsOf(bus.read({ sinceNs: 0n, signal: abort.signal }));
  publish(bus, 'after');
  assert.equal(bus.readerCount, 1);
  abort.abort();
  assert.deepEqual(await reading, ['before', 'after']);
  assert.equal(bus.readerCount, 0);
});

test('without since and until the past is left out', async () => {
  const bus = new EventBus();
  publish(bus, 'before');
  assert.deepEqual(await idsOf(bus.read({ signal: AbortSignal.abort() })), []);
});

test('an end in the past gives what was before it, and an end in the future comes', async () => {
  const bus = new EventBus();
  publish(bus, 'one');
  assert.deepEqual(await idsOf(bus.read({ untilNs: 1n })), []);
  assert.deepEqual(await idsOf(bus.read({ untilNs: BigInt(Date.now() + 10) * 1_000_000n })), ['one']);
  assert.equal(bus.readerCount, 0);
});

test('a reader that stops early is let go', async () => {
  const bus = new EventBus();
  publish(bus, 'one');
  for await (const event of bus.read({ sinceNs: 0n })) {
    assert.equal(event.actorId, 'one');
    break;
  }
  assert.equal(bus.readerCount, 0);
});

test('a reader that never reads fails instead of filling the memory', async () => {
  const bus = new EventBus();
  const reader = bus.read();
  for (let i = 0; i < 20_000; i++) publish(bus, 'x');
  assert.equal(bus.readerCount, 0);
  await assert.rejects(idsOf(reader), (error) => isEngineError(error, 'unavailable'));
});

test('only the latest events are kept', async () => {
  const bus = new EventBus();
  for (let i = 0; i < 1500; i++) publish(bus, String(i));
  const ids = await pastIds(bus, {});
  assert.equal(ids.length, 1024);
  assert.equal(ids.at(-1), '1499');
});

test('filters follow the rules of each name', async () => {
  const bus = new EventBus();
  publish(bus, 'c1', { attributes: { name: 'web', image: 'nginx:1', tier: 'front' } });
  publish(bus, 'c2', { action: 'exec_start: sh', attributes: { name: 'db', image: 'quay.io/pg' } });
  publish(bus, 'sha256:1', { type: 'image', action: 'tag', attributes: { name: 'nginx:1' } });
  const cases: [object, string[]][] = [
    [{ type: ['image'] }, ['sha256:1']],
    [{ type: ['image', 'container'] }, ['c1', 'c2', 'sha256:1']],
    [{ container: ['we'] }, ['c1']],
    [{ container: { c2: true } }, ['c2']],
    [{ event: ['exec_start'] }, ['c2']],
    [{ event: ['exec'] }, []],
    [{ event: ['start', 'tag'] }, ['c1', 'sha256:1']],
    [{ image: ['nginx'] }, ['c1', 'sha256:1']],
    [{ image: ['quay.io/pg'] }, ['c2']],
    [{ label: ['tier'] }, ['c1']],
    [{ label: ['tier=front', 'name=web'] }, ['c1']],
    [{ label: ['tier=back'] }, []],
    [{ scope: ['swarm'] }, []],
    [{ nonsense: ['x'] }, ['c1', 'c2', 'sha256:1']],
  ];
  for (const [filters, ids] of cases) {
    const text = JSON.stringify(filters);
    assert.deepEqual(await pastIds(bus, { filters: Filters.parse(text) }), ids, text);
  }
});
