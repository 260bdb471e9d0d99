import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerRecord, ContainerState } from '../record.ts';
import { initialState } from '../record.ts';
import { statusText } from './status-text.ts';

const now = Date.parse('2026-01-02T00:00:00Z');

function textOf(state: Partial<ContainerState>, hasBeenStartedBefore = true): string {
  return statusText({ state: { ...initialState, ...state }, hasBeenStartedBefore } as ContainerRecord, now);
}

test('the words for a state are those of docker ps', () => {
  const startedAt = '2026-01-01T23:59:57Z';
  assert.equal(textOf({ status: 'running', startedAt }), 'Up 3 seconds');
  assert.equal(textOf({ status: 'paused', startedAt }), 'Up 3 seconds (Paused)');
  assert.equal(
    textOf({ status: 'exited', exitCode: 2, finishedAt: '2026-01-01T23:58:00Z' }),
    'Exited (2) 2 minutes ago',
  );
  assert.equal(textOf({ status: 'exited', finishedAt: '2026-01-01T23:58:30Z' }), 'Exited (0) About a minute ago');
  assert.equal(textOf({ status: 'created' }, false), 'Created');
  assert.equal(textOf({ status: 'removing' }), 'Removal In Progress');
  assert.equal(textOf({ status: 'dead' }), 'Dead');
});
