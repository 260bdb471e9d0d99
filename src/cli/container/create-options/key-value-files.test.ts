import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readKeyValueFiles } from './key-value-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'skiff-env-'));
const path = join(folder, 'env');
after(() => rmSync(folder, { recursive: true }));

function read(content: string | Buffer): string[] {
  writeFileSync(path, content);
  return readKeyValueFiles([path], (name) => (name === 'KNOWN' ? 'value' : undefined));
}

test('a file is read as docker reads it: comments, blanks, a byte order mark, names without a value', () => {
  const text = '\ufeffA=1\r\n# B=2\n\n  C = 3 \nKNOWN\nUNKNOWN\nD=\nE=x=y "z"';
  assert.throws(() => read(text), { message: `invalid env file (${path}): variable 'C ' contains whitespaces` });
  assert.deepEqual(read(text.replace('C =', 'C=')), ['A=1', 'C= 3 ', 'KNOWN=value', 'D=', 'E=x=y "z"']);
});

test('what is no such file is refused with the reason', () => {
  const line = (bytes: number) => `A=${'x'.repeat(bytes - 2)}\n`;
  assert.equal(read(line(65_535))[0]?.length, 65_535);
  const refused: [string | Buffer, string][] = [
    [line(65_536), 'bufio.Scanner: token too long'],
    ['=x', "no variable name on line '=x'"],
    [Buffer.from([65, 10, 65, 61, 255]), 'invalid utf8 bytes at line 2: [65 61 255]'],
  ];
  for (const [content, reason] of refused) {
    assert.throws(() => read(content), { message: `invalid env file (${path}): ${reason}` });
  }
  assert.throws(() => readKeyValueFiles([folder], () => undefined), {
    message: `invalid env file (${folder}): read ${folder}: is a directory`,
  });
  assert.throws(
    () => readKeyValueFiles([join(folder, 'none')], () => undefined),
    /open .*: no such file or directory$/,
  );
});
