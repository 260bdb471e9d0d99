import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { compress } from './compress.ts';

const TEXT = Buffer.alloc(700_000, 'the quick brown fox jumps over the lazy dog ');

test('what was compressed is read back by others, whatever it consists of', async () => {
  const noise = randomBytes(700_000);
  const sources = [
    Buffer.of(),
    Buffer.of(7),
    noise.subarray(0, 0xffff),
    noise.subarray(0, 256 * 1024),
    noise.subarray(0, 256 * 1024 + 1),
    TEXT,
    Buffer.concat([TEXT, noise, TEXT, noise.subarray(0, 1000)]),
  ];
  for (const source of sources) {
    assert.ok(gunzipSync(await compressed(source)).equals(source), `${source.length} bytes`);
  }
});

test('the same content gives the same bytes, however it comes in pieces', async () => {
  const source = Buffer.concat([TEXT, randomBytes(600_000), TEXT]);
  const whole = await compressed(source);
  for (const pieceBytes of [1000, 65_536, 262_144, 999_999]) {
    assert.ok((await compressed(source, pieceBytes)).equals(whole), `in pieces of ${pieceBytes}`);
  }
});

test('buffers that the source uses again are not looked at later', async () => {
  const buffer = Buffer.alloc(100_000);
  async function* reusing() {
    for (let round = 0; round < 20; round++) yield buffer.fill(round);
  }
  const expected = Buffer.concat(Array.from({ length: 20 }, (_, round) => Buffer.alloc(100_000, round)));
  assert.ok(gunzipSync(await collect(compress(reusing()))).equals(expected));
});

test('what is dense already is stored as it is', async () => {
  const noise = randomBytes(4 * 1024 * 1024);
  const dense = await compressed(noise);
  assert.ok(dense.length < noise.length * 1.0002);
  assert.ok(dense.includes(noise.subarray(0, 60_000)));
  const archive = gzipSync(Buffer.from(noise.toString('base64')));
  assert.ok((await compressed(archive)).includes(archive.subarray(0, 60_000)));
});

test('text in the densest encodings that are common is compressed', async () => {
  const noise = randomBytes(1024 * 1024);
  const base64 = Buffer.from(noise.toString('base64'));
  assert.ok((await compressed(base64)).length < base64.length * 0.78);
  const numbers = Buffer.from(Float64Array.from({ length: 131_072 }, (_, index) => Math.sin(index)).buffer);
  assert.ok((await compressed(numbers)).length < numbers.length * 0.98);
  assert.ok((await compressed(TEXT)).length < TEXT.length * 0.02);
});

test('an error of the source comes out as it is, with what is under way left to itself', async () => {
  const broken = new Error('the disk is gone');
  async function* source() {
    yield TEXT;
    throw broken;
  }
  await assert.rejects(collect(compress(source())), broken);
});

function compressed(source: Buffer, pieceBytes: number = source.length || 1): Promise<Buffer> {
  async function* chunks() {
    for (let at = 0; at < source.length; at += pieceBytes) yield source.subarray(at, at + pieceBytes);
  }
  return collect(compress(chunks()));
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(source));
}
