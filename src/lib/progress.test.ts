import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressMessage } from './progress.ts';

test('progress is drawn as Docker draws it', () => {
  const bar = (current: number, total: number) => {
    const message = progressMessage('Loading layer', 'abc', { current, total });
    return 'status' in message ? message.progress : undefined;
  };
  assert.equal(bar(32_768, 2_129_920), `[>${' '.repeat(50)}]  32.77kB/2.13MB`);
  assert.equal(bar(1000, 2000), `[${'='.repeat(25)}>${' '.repeat(25)}]      1kB/2kB`);
  assert.equal(bar(2_129_920, 2_129_920), `[${'='.repeat(50)}>]   2.13MB/2.13MB`);
  assert.equal(bar(5, 0), '      5B');
});
