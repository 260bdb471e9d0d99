import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerConfig } from '../../api-types/container-config.ts';
import { decodeBody } from '../../api-types/shape.ts';
import { type Health, healthAfter, healthCheckOf, probeDelayMs, startingHealth, unwatchedHealth } from './health.ts';

const config = (Healthcheck: object | undefined, more: object = {}) =>
  decodeBody(containerConfig, { Healthcheck, ...more });
const starting: Health = { status: 'starting', failingStreak: 0, log: [], probe: '' };

function checkOf(change: object = {}) {
  const check = healthCheckOf(config({ Test: ['CMD', 'true'], ...change }));
  assert.ok(check);
  return check;
}

function result(exitCode: number, startMs = 0) {
  return { start: new Date(startMs).toISOString(), end: new Date(startMs).toISOString(), exitCode, output: '' };
}

test('a check is a command or a line for the shell; without a test, with NONE or another kind there is none', () => {
  assert.deepEqual(checkOf({ Test: ['CMD', 'a', 'b c'] }).command, ['a', 'b c']);
  assert.deepEqual(checkOf({ Test: ['CMD-SHELL', 'a b'] }).command, ['/bin/sh', '-c', 'a b']);
  const withShell = healthCheckOf(config({ Test: ['CMD-SHELL', 'a b'] }, { Shell: ['/bin/ash', '-ec'] }));
  assert.deepEqual(withShell?.command, ['/bin/ash', '-ec', 'a b']);
  for (const given of [undefined, {}, { Test: [] }, { Test: ['NONE'] }, { Test: ['OTHER', 'a'] }]) {
    assert.equal(healthCheckOf(config(given)), undefined);
    assert.equal(startingHealth(config(given), undefined), undefined);
  }
});

test("times are given in nanoseconds, and what is not given is Docker's default", () => {
  const { command: _command, ...defaults } = checkOf();
  assert.deepEqual(defaults, {
    intervalMs: 30_000,
    timeoutMs: 30_000,
    startPeriodMs: 0,
    startIntervalMs: 5_000,
    retries: 3,
  });
  assert.equal(checkOf({ Interval: 1_500_000 }).intervalMs, 1.5);
});

test('one success makes it healthy, and only a row of failures unhealthy', () => {
  const check = checkOf({ Retries: 2 });
  const after = (exitCodes: readonly number[]) =>
    exitCodes.reduce((health, exitCode) => healthAfter(health, result(exitCode), check, 0), starting);
  const seen = [[0], [1], [1, 1], [0, 1], [0, 1, 0, 1], [0, 1, -1], [1, 1, 0]].map((exitCodes) => {
    const { status, failingStreak } = after(exitCodes);
    return `${status} ${failingStreak}`;
  });
  assert.deepEqual(seen, [
    'healthy 0',
    'starting 1',
    'unhealthy 2',
    'healthy 1',
    'healthy 1',
    'unhealthy 2',
    'healthy 0',
  ]);
});

test('failures do not count while it starts, until it was healthy once', () => {
  const check = checkOf({ Retries: 1, StartPeriod: 1e9 });
  assert.deepEqual(healthAfter(starting, result(1, 999), check, 0).failingStreak, 0);
  assert.equal(healthAfter(starting, result(1, 1000), check, 0).status, 'unhealthy');
  const healthy = healthAfter(starting, result(0, 10), check, 0);
  assert.equal(healthAfter(healthy, result(1, 20), check, 0).status, 'unhealthy');
});

test('the last five results are kept, over the end of a run as well', () => {
  const check = checkOf();
  const seven = [1, 2, 3, 4, 5, 6, 7].reduce((health, code) => healthAfter(health, result(code), check, 0), starting);
  assert.deepEqual(
    seven.log.map(({ exitCode }) => exitCode),
    [3, 4, 5, 6, 7],
  );
  assert.equal(unwatchedHealth(seven)?.status, 'unhealthy');
  const again = startingHealth(config({ Test: ['CMD', 'true'] }), seven);
  assert.deepEqual([again?.status, again?.failingStreak, again?.log.length], ['starting', 0, 5]);
});

test('a container that starts is looked at by the start interval', () => {
  const check = checkOf({ Interval: 60e9, StartPeriod: 10e9, StartInterval: 1e9 });
  assert.equal(probeDelayMs(starting, check, 9_999), 1_000);
  assert.equal(probeDelayMs(starting, check, 10_000), 60_000);
  assert.equal(probeDelayMs({ ...starting, status: 'healthy' }, check, 0), 60_000);
});
