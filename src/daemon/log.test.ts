import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

function linesAt(level: 'debug' | 'info' | 'warn') {
  const lines: string[] = [];
  return { lines, log: createLog(level, (line) => lines.push(line.replace(/^time="[^"]+Z" /, ''))) };
}

test("lines are dockerd's, with quotes where they are needed", () => {
  const { lines, log } = linesAt('info');
  log.info('API listen on /run/skiff.sock');
  log.warn('odd "thing"', { path: '/a b', count: 3 });
  assert.deepEqual(lines, [
    'level=info msg="API listen on /run/skiff.sock"\n',
    'level=warning msg="odd \\"thing\\"" path="/a b" count=3\n',
  ]);
});

test('what is below the level is left out', () => {
  const { lines, log } = linesAt('warn');
  log.debug('no');
  log.info('no');
  log.error('yes');
  assert.deepEqual(lines, ['level=error msg=yes\n']);
});

test('an error is logged on one line with its stack, its causes and its parts', () => {
  const { lines, log } = linesAt('debug');
  const cause = new AggregateError([new Error('run failed'), new Error('clean-up failed')], 'both');
  log.error('start', new Error('outer', { cause }));
  const [line = ''] = lines;
  assert.equal(line.split('\n').length, 2);
  for (const text of ['Error: outer', 'AggregateError: both', 'Error: run failed', 'Error: clean-up failed']) {
    assert.ok(line.includes(text), text);
  }
});
