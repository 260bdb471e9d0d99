import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { digestOf } from '../lib/digest.ts';
import { createdAtMs, parseImageDocument } from './image-document.ts';

const diffId = digestOf('layer');
const parse = (json: unknown) => parseImageDocument(Buffer.from(JSON.stringify(json)));

test('the least configuration that there is has sensible values', () => {
  const document = parse({ rootfs: { type: 'layers' } });
  assert.equal(document.id, digestOf('{"rootfs":{"type":"layers"}}'));
  assert.equal(document.os, 'linux');
  assert.equal(document.topChainId, undefined);
  assert.deepEqual(document.config, {});
  assert.equal(createdAtMs(document), 0);
});

test('the top of a chain of one layer is that layer', () => {
  assert.equal(parse({ rootfs: { diff_ids: [diffId] } }).topChainId, diffId);
});

test('a configuration of the wrong shape is refused, whatever part of it is wrong', () => {
  const rootfs = { type: 'layers', diff_ids: [diffId] };
  const cases: [unknown, RegExp][] = [
    [{}, /no RootFS key/],
    [[], /not an object/],
    [{ rootfs: { diff_ids: 'x' } }, /diff_ids is no list/],
    [{ rootfs: { diff_ids: ['sha256:x'] } }, /"sha256:x", which is no digest/],
    [{ rootfs, os: 1 }, /os is no string/],
    [{ rootfs, config: 'x' }, /config is no object/],
    [{ rootfs, config: { Env: ['A=1', 2] } }, /config.Env has the wrong type/],
    [{ rootfs, config: { Cmd: 'sh' } }, /config.Cmd has the wrong type/],
    [{ rootfs, config: { Labels: { a: 1 } } }, /config.Labels has the wrong type/],
    [{ rootfs, config: { Volumes: [] } }, /config.Volumes has the wrong type/],
    [{ rootfs, config: { User: 0 } }, /config.User has the wrong type/],
    [{ rootfs, config: { Volumes: { a: 1 } } }, /config.Volumes has the wrong type/],
    [{ rootfs, config: { Tty: 'yes' } }, /config.Tty has the wrong type/],
    [{ rootfs, config: { StopTimeout: '1' } }, /config.StopTimeout has the wrong type/],
    [{ rootfs, config: { Healthcheck: { Retries: '1' } } }, /config.Healthcheck has the wrong type/],
    [{ rootfs, history: {} }, /history is no list/],
    [{ rootfs, history: [{}, {}] }, /too many non-empty layers in History section/],
  ];
  for (const [json, message] of cases) {
    assert.throws(
      () => parse(json),
      (error) => isEngineError(error, 'invalid_argument') && message.test(error.message),
      JSON.stringify(json),
    );
  }
});
