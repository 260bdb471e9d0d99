import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLine } from './event-line.ts';

test('an event keeps all digits of its time, and its attributes are sorted', () => {
  const json =
    '{"Type":"container","Action":"start","Actor":{"ID":"abc","Attributes":{"name":"web","image":"busybox"}},"time":1795654012,"timeNano":1795654012665974713}';
  assert.match(
    eventLine(json),
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.665974713\S* container start abc \(image=busybox, name=web\)$/,
  );
});

test('an event without attributes has no brackets, and without nanoseconds ends in zeros', () => {
  const json = '{"Type":"daemon","Action":"reload","Actor":{"ID":"x","Attributes":{}},"time":1795654012}';
  assert.match(eventLine(json), /\.000000000\S* daemon reload x$/);
});
