import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLogs } from '../../../src/logs/read-logs.ts';
import { outputOf, RuntimeFixture } from '../../support/runtime-fixture.ts';

const fixture = await RuntimeFixture.open();

test('a log that is followed ends with its container, and has every line once', async () => {
  const logPath = join(fixture.directory, 'followed.log');
  const script = 'for i in $(seq 1 2000); do echo line $i; done; printf "no newline"';
  const id = await fixture.create(['sh', '-c', script], { logPath });
  const ended = fixture.runtime.wait(id);
  await fixture.runtime.start(id);
  let text = '';
  for await (const batch of readLogs(logPath, { stdout: true, stderr: true, follow: { ended } })) {
    for (const { data } of batch) text += data.toString();
  }
  const lines = Array.from({ length: 2000 }, (_, index) => `line ${index + 1}\n`);
  assert.equal(text, `${lines.join('')}no newline`);
  await fixture.runtime.delete(id);
});

test('a log has the very bytes that were written', async () => {
  const logPath = join(fixture.directory, 'binary.log');
  const { id, stream } = await fixture.run(['head', '-c', '300000', '/bin/busybox'], { logPath });
  const { stdout } = await outputOf(stream);
  await fixture.runtime.wait(id);
  const pieces: Buffer[] = [];
  for await (const batch of readLogs(logPath, { stdout: true, stderr: true })) {
    pieces.push(...batch.map(({ data }) => data));
  }
  const logged = Buffer.concat(pieces);
  assert.equal(logged.length, 300_000);
  assert.equal(logged.toString(), stdout);
  await fixture.runtime.delete(id);
});
