import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { hostPlatform, parsePlatform } from './platform.ts';

test('platforms are read with the names that stand for the same', () => {
  assert.deepEqual(parsePlatform('linux'), hostPlatform());
  assert.deepEqual(parsePlatform('linux/x86_64'), { os: 'linux', architecture: 'amd64', variant: undefined });
  assert.deepEqual(parsePlatform('aarch64'), { os: 'linux', architecture: 'arm64', variant: undefined });
  assert.deepEqual(parsePlatform('Linux/ARM/v6'), { os: 'linux', architecture: 'arm', variant: 'v6' });
});

test('what is no platform of this host is refused as Docker refuses it', () => {
  const cases = [
    ['windows/amd64', 'operating system is not supported'],
    ['foo', '"foo": unknown operating system or architecture: invalid argument'],
    [
      'a+b/c',
      String.raw`"a+b" is an invalid OS component of "a+b/c": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$": invalid argument`,
    ],
    [
      'linux/',
      '"" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_-]+$": invalid argument',
    ],
    ['a/b/c/d', '"a/b/c/d": cannot parse platform specifier: invalid argument'],
  ] as const;
  for (const [text, message] of cases) {
    assert.throws(
      () => parsePlatform(text),
      (error) => isEngineError(error, 'invalid_argument') && error.message === message,
    );
  }
});
