import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import {
  familiarReference,
  fullName,
  parseReference,
  parseSpecifier,
  repositoryAndTag,
  withDefaultTag,
} from './image-reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

function refuses(work: () => unknown, message: string): void {
  assert.throws(work, (error) => isEngineError(error, 'invalid_argument') && error.message === message);
}

test('what users leave out of a name is filled in, and left out again for them', () => {
  const forms: [string, string, string][] = [
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/busybox:1', 'docker.io/library/busybox:1', 'busybox:1'],
    ['a/b', 'docker.io/a/b:latest', 'a/b:latest'],
    ['docker.io/library/a/b:x', 'docker.io/library/a/b:x', 'library/a/b:x'],
    ['localhost/a', 'localhost/a:latest', 'localhost/a:latest'],
    ['Host/a', 'Host/a:latest', 'Host/a:latest'],
    ['quay.io:443/a/b-c__d/e.f:T_1', 'quay.io:443/a/b-c__d/e.f:T_1', 'quay.io:443/a/b-c__d/e.f:T_1'],
    ['[::1]:5000/a', '[::1]:5000/a:latest', '[::1]:5000/a:latest'],
    [`busybox@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`, `busybox@${DIGEST}`],
    [`busybox:1@${DIGEST}`, `docker.io/library/busybox:1@${DIGEST}`, `busybox:1@${DIGEST}`],
  ];
  for (const [given, full, familiar] of forms) {
    const reference = withDefaultTag(parseReference(given));
    assert.equal(fullName(reference), full);
    assert.equal(familiarReference(reference), familiar);
  }
});

test('names that break the grammar are refused with the texts that clients know', () => {
  refuses(() => parseReference('Foo'), 'invalid reference format: repository name (library/Foo) must be lowercase');
  refuses(() => parseReference('a//b'), 'invalid reference format');
  refuses(() => parseReference(''), 'invalid reference format');
  refuses(() => parseReference('a:'), 'invalid reference format');
  refuses(() => parseReference(`a:${'t'.repeat(129)}`), 'invalid reference format');
  refuses(() => parseReference('a@sha256:abc'), 'invalid reference format');
  refuses(() => parseReference(`a@sha256:${'a'.repeat(40)}`), 'invalid checksum digest length');
  refuses(() => parseReference(`a@md5:${'a'.repeat(32)}`), 'unsupported digest algorithm');
  refuses(() => parseReference('a'.repeat(256)), 'repository name must not be more than 255 characters');
  const hex = 'ab'.repeat(32);
  refuses(() => parseReference(hex), `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`);
});

test('64 hexadecimal digits and a digest are image IDs, anything else is a name', () => {
  assert.deepEqual(parseSpecifier('ab'.repeat(32)), { kind: 'id', id: DIGEST });
  assert.deepEqual(parseSpecifier(DIGEST), { kind: 'id', id: DIGEST });
  assert.equal(parseSpecifier('abcdef').kind, 'reference');
});

test('repository and tag of a request make one name', () => {
  const name = (repository: string, tag: string) => {
    const reference = repositoryAndTag(repository, tag);
    return reference === undefined ? undefined : familiarReference(reference);
  };
  assert.equal(name('', 'x'), undefined);
  assert.equal(name('a', ''), 'a:latest');
  assert.equal(name('a:b', 'c'), 'a:c');
  assert.equal(name('a:b', ''), 'a:b');
  refuses(() => name('a', '_ b'), 'invalid tag format');
  refuses(() => name(`a@${DIGEST}`, ''), 'cannot import digest reference');
});
