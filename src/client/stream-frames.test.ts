import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrames } from './stream-frames.ts';

function frame(stream: number, text: string): Uint8Array {
  const data = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const { stream, data } of readFrames(chunks)) {
    texts[stream] = (texts[stream] ?? '') + Buffer.from(data).toString();
  }
  return texts;
}

test('frames come out right wherever the chunks are cut', async () => {
  const bytes = Buffer.concat([frame(1, 'hello '), frame(2, 'oops'), frame(1, ''), frame(1, 'world'), frame(3, 'bad')]);
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(await collect(cut(bytes, size)), { stdout: 'hello world', stderr: 'oops', 'system-error': 'bad' });
  }
});

test('a stream that ends inside a frame is an error', async () => {
  const bytes = frame(1, 'hello');
  await assert.rejects(collect(cut(bytes.subarray(0, 4), 99)), /unexpected EOF/);
  await assert.rejects(collect(cut(bytes.subarray(0, 10), 99)), /unexpected EOF/);
});

test('bytes that are no frames are refused', async () => {
  await assert.rejects(collect(cut(Buffer.from('plain text of a terminal'), 99)), /unrecognized stream: 112/);
});
