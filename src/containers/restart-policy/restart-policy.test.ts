import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EndedRun, restartDelayMs, wantsRestart } from './restart-policy.ts';

function ended(name: string, change: Partial<EndedRun> = {}, retries = 0): boolean {
  const policy = { Name: name, MaximumRetryCount: retries };
  return wantsRestart({ policy, exitCode: 1, restartCount: 0, hasBeenManuallyStopped: false, ...change });
}

test('each policy wants the restarts that its name promises', () => {
  assert.deepEqual([ended('no'), ended('always'), ended('always', { exitCode: 0 })], [false, true, true]);
  assert.deepEqual([ended('on-failure'), ended('on-failure', { exitCode: 0 })], [true, false]);
  assert.deepEqual([ended('unless-stopped', { exitCode: 0 }), ended('unless-stopped')], [true, true]);
});

test('only some policies mind that somebody has stopped the container', () => {
  const stopped = { hasBeenManuallyStopped: true };
  assert.deepEqual([ended('always', stopped), ended('unless-stopped', stopped)], [true, false]);
});

test('a limit of retries is kept', () => {
  assert.deepEqual(
    [0, 1, 2].map((restartCount) => ended('on-failure', { restartCount }, 2)),
    [true, true, false],
  );
});

test('delays double from a tenth of a second to a minute, and begin anew after ten seconds of running', () => {
  const delays: number[] = [];
  for (let delay = 0; delays.length < 12; delays.push(delay)) delay = restartDelayMs(delay, 9_999);
  assert.deepEqual(delays.slice(0, 4), [100, 200, 400, 800]);
  assert.deepEqual(delays.slice(-3), [51_200, 60_000, 60_000]);
  assert.equal(restartDelayMs(51_200, 10_000), 100);
});
