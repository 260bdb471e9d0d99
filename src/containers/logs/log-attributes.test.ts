import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import type { ContainerRecord } from '../record.ts';
import { attributesText, expandTag, logAttributes } from './log-attributes.ts';

const record = (Config: Record<string, string>) =>
  ({
    id: 'a'.repeat(64),
    name: 'web',
    imageId: `sha256:${'b'.repeat(64)}`,
    path: '/bin/sh',
    args: ['-c', 'x'],
    config: { Image: 'busybox', Labels: { one: '1', two: '2' }, Env: ['A=b=c', 'EMPTY='] },
    hostConfig: { LogConfig: { Type: 'json-file', Config } },
  }) as unknown as ContainerRecord;

test('labels and variables are chosen by name and by expression, and escaped as in an address', () => {
  const text = (options: Record<string, string>) => attributesText(logAttributes(record(options)));
  assert.equal(text({}), '');
  assert.equal(text({ labels: 'two,none', env: 'A,NOPE' }), 'A=b%3Dc,two=2');
  assert.equal(text({ 'labels-regex': '^o', 'env-regex': 'M' }), 'EMPTY=,one=1');
  assert.equal(text({ tag: "it's {{.Name}}" }), 'tag=it%27s+web');
});

test("a tag has Docker's fields, and no others", () => {
  const expand = (template: string) => expandTag(template, record({}));
  assert.equal(expand('{{.ID}}|{{ .ImageID }}|{{.Command}}'), `${'a'.repeat(12)}|${'b'.repeat(12)}|/bin/sh -c x`);
  assert.equal(expand('{{.FullID}}{{.ImageName}}{{.Hostname}}'), `${'a'.repeat(64)}busybox${hostname()}`);
  assert.throws(() => expand('{{.Nope}}'), /log-tag/);
});
