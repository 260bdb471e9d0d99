import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './compare.ts';
import { Normaliser } from './normalise.ts';

test('fields that differ, that only one has, and null beside absent are all reported with their paths', () => {
  const docker = { State: { Pid: 1, Error: '' }, Ports: null, Mounts: ['a', 'b'] };
  const skiff = { State: { Pid: 2, Error: '' }, Mounts: ['a'] };
  assert.deepEqual(compare('inspect', docker, skiff), [
    { path: 'inspect.State.Pid', docker: '1', skiff: '2' },
    { path: 'inspect.Ports', docker: 'null', skiff: '(absent)' },
    { path: 'inspect.Mounts[1]', docker: '"b"', skiff: '(absent)' },
  ]);
});

test('what varies from run to run gets a name, and what does not stays', () => {
  const normaliser = new Normaliser();
  const id = 'ab'.repeat(32);
  normaliser.learn(id, 'web');
  const answer = {
    Id: id,
    Other: 'cd'.repeat(32),
    Hostname: id.slice(0, 12),
    Created: '2026-01-02T03:04:05.678Z',
    FinishedAt: '0001-01-01T00:00:00Z',
    Pid: 77,
    ExitCode: 3,
    LogPath: `/x/y/containers/${id}/${id}-json.log`,
    Mac: '02:42:ac:11:00:02',
  };
  assert.deepEqual(normaliser.json(answer), {
    Id: '<web>',
    Other: '<id>',
    Hostname: '<web short>',
    Created: '<time>',
    FinishedAt: '0001-01-01T00:00:00Z',
    Pid: '<number>',
    ExitCode: 3,
    LogPath: '<data-root>/containers/<web>/<web>-json.log',
    Mac: '<mac>',
  });
});
