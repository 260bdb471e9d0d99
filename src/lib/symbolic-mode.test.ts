import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySymbolicMode, isSymbolicMode } from './symbolic-mode.ts';

test('changes of permissions are those of chmod', () => {
  const cases: [text: string, mode: number, isDirectory: boolean, expected: number][] = [
    ['+x', 0o644, false, 0o755],
    ['u+x', 0o644, false, 0o744],
    ['go-rwx', 0o755, false, 0o700],
    ['a=r', 0o777, false, 0o444],
    ['u=rwX,go=rX', 0o600, false, 0o644],
    ['u=rwX,go=rX', 0o700, true, 0o755],
    ['g=u', 0o640, false, 0o660],
    ['u+s,g+s', 0o755, false, 0o6755],
    ['+t', 0o777, true, 0o1777],
    ['u-x+w', 0o555, false, 0o655],
  ];
  for (const [text, mode, isDirectory, expected] of cases) {
    assert.equal(applySymbolicMode(text, mode, isDirectory).toString(8), expected.toString(8), text);
  }
});

test('only such changes are taken for one', () => {
  for (const text of ['u+x', 'a=rX,o-w', '+', 'g=u']) assert.ok(isSymbolicMode(text), text);
  for (const text of ['755', 'x+u', 'u+q', '', 'u+x,']) assert.ok(!isSymbolicMode(text), text);
});
