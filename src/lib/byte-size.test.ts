import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseByteSize } from './byte-size.ts';

test('sizes are counted in units of 1024, whatever the case and the form of the unit', () => {
  const sizes: [string, number][] = [
    ['32', 32],
    ['32b', 32],
    ['32B', 32],
    ['32k', 32 * 1024],
    ['32Kb', 32 * 1024],
    ['32KiB', 32 * 1024],
    ['32 mb', 32 * 1024 ** 2],
    ['1.5GB', 1.5 * 1024 ** 3],
    ['.5g', 0.5 * 1024 ** 3],
    ['2T', 2 * 1024 ** 4],
    ['1p', 1024 ** 5],
  ];
  for (const [text, bytes] of sizes) assert.equal(parseByteSize(text), bytes, text);
});

test('other texts are refused in the words of Docker', () => {
  assert.throws(() => parseByteSize(''), { message: "invalid size: ''" });
  assert.throws(() => parseByteSize('hello'), { message: "invalid size: 'hello'" });
  assert.throws(() => parseByteSize('-32'), { message: "invalid size: '-32'" });
  assert.throws(() => parseByteSize('32m b'), { message: 'strconv.ParseFloat: parsing "32m": invalid syntax' });
  assert.throws(() => parseByteSize('32 kib bla'), { message: /invalid/ });
  assert.throws(() => parseByteSize('12q'), { message: "invalid suffix: 'q'" });
});
