import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryError } from '../http/registry-error.ts';
import { ExchangeError } from '../http/transport-error.ts';
import { Attempts, retryAfterMs, TryLater, withRetries } from './retry.ts';

const rules = { maxAttempts: 4, firstRetryMs: 1 };
const never = new AbortController().signal;
const broken = new ExchangeError('EOF', true, undefined);

test('Retry-After is a number of seconds or a date, and never more than a minute', () => {
  assert.equal(retryAfterMs(undefined), undefined);
  assert.equal(retryAfterMs('2'), 2000);
  assert.equal(retryAfterMs('soon'), undefined);
  assert.equal(retryAfterMs('86400'), 60_000);
  const wait = retryAfterMs(new Date(Date.now() + 30_000).toUTCString()) ?? 0;
  assert.ok(wait > 28_000 && wait <= 30_000, `${wait} ms`);
  assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:00 GMT'), 0);
});

test('failures that pass are tried again, with waits that double, until it is enough', async () => {
  const waits: number[] = [];
  let calls = 0;
  const work = async () => {
    calls++;
    throw broken;
  };
  await assert.rejects(
    withRetries(rules, never, (ms) => waits.push(ms), work),
    /EOF/,
  );
  assert.equal(calls, 4);
  assert.deepEqual(waits, [1, 2, 4]);
});

test('what will not pass is not tried again', async () => {
  for (const error of [
    new RegistryError('not_found', 'manifest unknown', 404),
    new RegistryError('internal', 'denied', 403),
    new ExchangeError('certificate signed by unknown authority', false, undefined),
    new Error('a bug'),
  ]) {
    let calls = 0;
    const work = async () => {
      calls++;
      throw error;
    };
    await assert.rejects(
      withRetries(rules, never, () => undefined, work),
      error,
    );
    assert.equal(calls, 1);
  }
});

test('a registry that says when to come back is believed', async () => {
  const waits: number[] = [];
  const attempts = new Attempts(rules, never, (ms) => waits.push(ms));
  await attempts.failed(new TryLater('slow', 429, 7));
  assert.deepEqual(waits, [7]);
});

test('a long wait is told each second, as clients show it', async () => {
  const waits: number[] = [];
  await new Attempts({ maxAttempts: 2, firstRetryMs: 1050 }, never, (ms) => waits.push(ms)).failed(broken);
  assert.deepEqual(waits, [1050, 50]);
});

test('an attempt that brought something on begins the counting again', async () => {
  const attempts = new Attempts(rules, never, () => undefined);
  for (let n = 0; n < 10; n++) {
    await attempts.failed(broken);
    attempts.progressed();
  }
});

test('a wait ends with the signal', async () => {
  const controller = new AbortController();
  const attempts = new Attempts({ maxAttempts: 5, firstRetryMs: 60_000 }, controller.signal, () => controller.abort());
  await assert.rejects(attempts.failed(broken), { name: 'AbortError' });
});
