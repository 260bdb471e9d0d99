import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLimitsOf } from './log-options.ts';

const limits = (Type: string, Config: Record<string, string>) => logLimitsOf({ Type, Config });

test('sizes are read with their units, and logs without one grow', () => {
  assert.deepEqual(limits('json-file', { 'max-size': '10k', 'max-file': '3' }), {
    maxBytes: 10_240,
    maxFiles: 3,
    compress: false,
  });
  assert.deepEqual(limits('json-file', { 'max-size': '1.5MiB' }), {
    maxBytes: 1_572_864,
    maxFiles: 1,
    compress: false,
  });
  assert.equal(limits('json-file', { 'max-file': '3' }), undefined);
  assert.equal(limits('none', { 'max-size': 'x' }), undefined);
});

test('the driver local rotates of itself', () => {
  assert.deepEqual(limits('local', {}), { maxBytes: 20 * 1024 * 1024, maxFiles: 5, compress: true });
});

test('values that are none are refused', () => {
  for (const value of ['x', '-1', '10q', '']) {
    assert.throws(() => limits('json-file', { 'max-size': value }), {
      message: new RegExp(`invalid size: '${value}'$`),
    });
  }
});

test('expressions are those of Go, and what is none is refused in its words', () => {
  assert.equal(limits('json-file', { 'labels-regex': '^(?i)[[:alpha:]]' }), undefined);
  assert.throws(() => limits('json-file', { 'env-regex': 'a(?=b)' }), {
    message: /error parsing regexp: invalid or unsupported Perl syntax: `\(\?=`$/,
  });
});
