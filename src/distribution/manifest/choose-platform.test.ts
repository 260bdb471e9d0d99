import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../lib/digest.ts';
import { choosePlatform } from './choose-platform.ts';
import type { Descriptor } from './manifest.ts';

function entry(text: string, annotations: Record<string, unknown> = {}): Descriptor {
  const [os = '', architecture = '', variant] = text.split('/');
  return {
    mediaType: '',
    digest: digestOf(text),
    sizeBytes: 1,
    urls: [],
    annotations,
    platform: { os, architecture, variant },
  };
}

function choose(entries: readonly string[], wanted: string): string {
  const [os = '', architecture = '', variant] = wanted.split('/');
  const chosen = choosePlatform(
    entries.map((text) => entry(text)),
    { os, architecture, variant },
  );
  return entries.find((text) => digestOf(text) === chosen.digest) ?? 'none';
}

test('the variant that was asked for comes first, and the usual one where none was', () => {
  assert.equal(choose(['linux/arm64', 'linux/amd64'], 'linux/amd64'), 'linux/amd64');
  assert.equal(choose(['linux/arm64/v8'], 'linux/arm64'), 'linux/arm64/v8');
  assert.equal(choose(['linux/arm64'], 'linux/arm64/v8'), 'linux/arm64');
  assert.equal(choose(['linux/arm/v6', 'linux/arm/v7'], 'linux/arm'), 'linux/arm/v7');
  assert.equal(choose(['linux/arm/v7', 'linux/arm/v6'], 'linux/arm/v6'), 'linux/arm/v6');
});

test('older variants run, newer ones do not', () => {
  assert.equal(choose(['linux/arm/v5', 'linux/arm/v6'], 'linux/arm/v7'), 'linux/arm/v6');
  assert.throws(() => choose(['linux/arm/v7'], 'linux/arm/v6'), /no matching manifest for linux\/arm\/v6/);
});

test('older variants of amd64 run as well, and the 32-bit programs of either processor', () => {
  assert.equal(choose(['linux/amd64', 'linux/amd64/v2'], 'linux/amd64/v3'), 'linux/amd64/v2');
  assert.throws(() => choose(['linux/amd64/v3'], 'linux/amd64'), /no matching manifest for linux\/amd64 in/);
  assert.equal(choose(['linux/386', 'linux/amd64'], 'linux/amd64'), 'linux/amd64');
  assert.equal(choose(['linux/386'], 'linux/amd64'), 'linux/386');
  assert.equal(choose(['linux/arm/v6', 'linux/arm/v7'], 'linux/arm64'), 'linux/arm/v7');
});

test('an image that does not say what it is for is taken when no other one fits', () => {
  const unnamed = { ...entry('unnamed'), platform: undefined };
  const other = entry('linux/s390x');
  assert.equal(choosePlatform([unnamed, other], { os: 'linux', architecture: 's390x', variant: undefined }), other);
  assert.equal(choosePlatform([other, unnamed], { os: 'linux', architecture: 'amd64', variant: undefined }), unnamed);
});

test('another operating system or processor does not do, nor an attestation', () => {
  const expected = /^EngineError: no matching manifest for linux\/amd64 in the manifest list entries$/;
  assert.throws(() => choose(['windows/amd64', 'linux/arm64'], 'linux/amd64'), expected);
  const attestation = entry('linux/amd64', { 'vnd.docker.reference.type': 'attestation-manifest' });
  const wanted = { os: 'linux', architecture: 'amd64', variant: undefined };
  assert.throws(() => choosePlatform([attestation], wanted), expected);
});
