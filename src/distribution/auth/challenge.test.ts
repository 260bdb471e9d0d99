import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenges } from './challenge.ts';

function read(header: string) {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test('a token server is named by a Bearer challenge', () => {
  assert.deepEqual(
    read('Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"'),
    [
      [
        'bearer',
        { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:a/b:pull,push' },
      ],
    ],
  );
});

test('several challenges stand in one header', () => {
  assert.deepEqual(read('Basic realm="a, b", Bearer realm="https://x", service=y'), [
    ['basic', { realm: 'a, b' }],
    ['bearer', { realm: 'https://x', service: 'y' }],
  ]);
});

test('a quoted value may hold escaped quotes, and parameters may be missing', () => {
  assert.deepEqual(read('Basic realm="say \\"x\\""'), [['basic', { realm: 'say "x"' }]]);
  assert.deepEqual(read('Negotiate'), [['negotiate', {}]]);
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('"'), []);
});
