import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedDecoder } from './chunked-decoder.ts';

function decode(pieces: readonly string[]): { body: string; done: boolean } {
  const decoder = new ChunkedDecoder();
  const body = pieces.map((piece) => decoder.decode(Buffer.from(piece, 'latin1')).toString('latin1')).join('');
  return { body, done: decoder.done };
}

test('a body comes out of its chunks, wherever the stream is cut', () => {
  const whole = '5\r\nhello\r\n00A;name="value"\r\n, my\r\nworl\r\n1 \r\nd\r\n0\r\nTrailer: x\r\n\r\nGET / HTTP/1.1';
  const wanted = { body: 'hello, my\r\nworld', done: true };
  assert.deepEqual(decode([whole]), wanted);
  assert.deepEqual(decode(whole.split('')), wanted);
  for (let cut = 1; cut < whole.length; cut++)
    assert.deepEqual(decode([whole.slice(0, cut), whole.slice(cut)]), wanted);
});

test('a body that is not whole is not done', () => {
  for (const part of ['', '5', '5\r\n', '5\r\nhell', '5\r\nhello\r\n', '0\r\n', '0\r\nTrailer: x\r\n']) {
    assert.equal(decode([part]).done, false, JSON.stringify(part));
  }
});

test('what could be read in more than one way is refused', () => {
  const refused = [
    '5\nhello\r\n0\r\n\r\n',
    '5\r\nhello\n0\r\n\r\n',
    '5\r\nhellooo\r\n0\r\n\r\n',
    '\r\nhello',
    ' 5\r\nhello',
    '-1\r\n',
    '+5\r\nhello',
    '0x5\r\nhello',
    '5 5\r\nhello',
    '5\r\r\nhello',
    `${'0'.repeat(12)}5\r\nhello`,
    'fffffffffffff\r\n',
    `5;${'x'.repeat(9000)}`,
    `0\r\n${'a: b\r\n'.repeat(3000)}`,
  ];
  for (const text of refused) {
    assert.throws(() => decode([text]), { message: 'malformed chunked encoding' }, JSON.stringify(text.slice(0, 40)));
    assert.throws(() => decode(text.split('')), { message: 'malformed chunked encoding' });
  }
});
