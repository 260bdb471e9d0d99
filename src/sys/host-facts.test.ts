import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOsRelease } from './host-facts.ts';

test('os-release is read with and without quotes, and comments are left out', () => {
  const text = '# comment\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID=12\nEMPTY=\n';
  assert.deepEqual(parseOsRelease(text), {
    PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)',
    VERSION_ID: '12',
    EMPTY: '',
  });
});
