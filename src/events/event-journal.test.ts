import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventBus } from './event-bus.ts';
import { EventJournal } from './event-journal.ts';

function journalPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-events-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'events.jsonl');
}

function busOn(path: string, warnings: string[] = []): EventBus {
  return new EventBus(new EventJournal(path, 4, (message) => warnings.push(message)));
}

function publish(bus: EventBus, ...ids: string[]): void {
  for (const actorId of ids)
    bus.publish({ type: 'container', action: 'start', actorId, attributes: { name: actorId } });
}

async function past(bus: EventBus): Promise<string[]> {
  const ids: string[] = [];
  for await (const event of bus.read({ sinceNs: 1n, signal: AbortSignal.abort() })) {
    assert.equal(typeof event.timeNs, 'bigint');
    assert.equal(event.attributes['name'], event.actorId);
    ids.push(event.actorId);
  }
  return ids;
}

test('the events of before can be asked for after a restart, in order with those that come', async (t) => {
  const path = journalPath(t);
  publish(busOn(path), 'a', 'b');
  const bus = busOn(path);
  publish(bus, 'c');
  assert.deepEqual(await past(bus), ['a', 'b', 'c']);
});

test('only the latest are kept, and the file stays small', async (t) => {
  const path = journalPath(t);
  const ids = Array.from({ length: 50 }, (_, n) => `e${n}`);
  publish(busOn(path), ...ids);
  assert.ok(readFileSync(path, 'utf8').split('\n').length <= 10);
  assert.deepEqual(await past(busOn(path)), ids.slice(-4));
});

test('a line that was cut short costs that event only', async (t) => {
  const path = journalPath(t);
  publish(busOn(path), 'a', 'b');
  appendFileSync(path, '{"type":"conta');
  const bus = busOn(path);
  publish(bus, 'c');
  assert.deepEqual(await past(busOn(path)), ['a', 'b', 'c']);
});

test('a file that cannot be written is said once, and events go on in memory', async (t) => {
  const warnings: string[] = [];
  const bus = busOn(join(journalPath(t), 'missing', 'events.jsonl'), warnings);
  publish(bus, 'a', 'b');
  assert.deepEqual(await past(bus), ['a', 'b']);
  assert.equal(warnings.length, 1);
});
