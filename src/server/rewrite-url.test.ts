import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from './api-version.ts';
import { rewriteUrl } from './rewrite-url.ts';

test('the version goes, and names of images and networks with slashes become one segment', () => {
  const cases = [
    ['/v1.45/info', '/info'],
    ['/info?x=/v1.45/', '/info?x=/v1.45/'],
    ['http://d/v1.45/_ping', '/_ping'],
    ['/v1.45', '/v1.45'],
    ['/vx/info', '/vx/info'],
    ['/v1.45/images/json?all=1', '/images/json?all=1'],
    ['/images/busybox/json', '/images/busybox/json'],
    ['/images/quay.io/a/b:1/json', '/images/quay.io%2Fa%2Fb:1/json'],
    ['/v1.24/images/a/b/tag?repo=c/d&tag=1', '/images/a%2Fb/tag?repo=c/d&tag=1'],
    ['/images/a/b?force=1', '/images/a%2Fb?force=1'],
    ['/images/a%2Fb', '/images/a%2Fb'],
    ['/images/get?names=a/b', '/images/get?names=a/b'],
    ['/images/a/b/get', '/images/a%2Fb/get'],
    ['/distribution/a/b/json', '/distribution/a%2Fb/json'],
    ['/containers/a/json', '/containers/a/json'],
    ['/v1.45/networks', '/networks'],
    ['/networks/', '/networks/'],
    ['/networks/create', '/networks/create'],
    ['/networks/a/b?verbose=1', '/networks/a%2Fb?verbose=1'],
    ['/networks/a/b/connect', '/networks/a%2Fb/connect'],
  ] as const;
  for (const [original, seen] of cases) assert.equal(rewriteUrl(original), seen, original);
});

test('versions are compared number by number', () => {
  assert.ok(compareVersions('1.9', '1.10') < 0);
  assert.equal(compareVersions('1.045', '1.45'), 0);
  assert.ok(compareVersions('1.45.1', '1.45') > 0);
  assert.ok(compareVersions('1', '1.24') < 0);
});
