import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RecordingSyscalls } from '../sys/recording.ts';
import { SealedRuntimes } from './sealed-runtimes.ts';

const directory = mkdtempSync(join(tmpdir(), 'skiff-sealed-'));
const crun = join(directory, 'crun');
writeFileSync(crun, 'one');
after(() => rmSync(directory, { recursive: true }));

test('crun runs from one sealed copy, until there is another crun', () => {
  const syscalls = new RecordingSyscalls();
  const runtimes = new SealedRuntimes(syscalls);
  const path = runtimes.pathOf(crun);
  assert.match(path, new RegExp(`^/proc/${process.pid}/fd/\\d+$`));
  assert.equal(runtimes.pathOf(crun), path);
  assert.equal(syscalls.calls.length, 1);
  writeFileSync(crun, 'another');
  assert.notEqual(runtimes.pathOf(crun), path);
});

test('crun runs from its own path where the kernel refuses sealed files', () => {
  const syscalls = new RecordingSyscalls();
  syscalls.failNext('createSealedFile', 13);
  assert.equal(new SealedRuntimes(syscalls).pathOf(crun), crun);
});

test('another runtime than crun is left alone', () => {
  assert.equal(new SealedRuntimes(new RecordingSyscalls()).pathOf('/usr/sbin/runc'), '/usr/sbin/runc');
});
