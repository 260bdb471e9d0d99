import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

/** As setcap(8) writes `cap_chown+ep`: version 2 and effective, then the permitted and the inheritable sets. */
const CAP_CHOWN_EFFECTIVE = Buffer.from(new Uint32Array([0x0200_0001, 1, 0, 0, 0]).buffer);
const SPARSE_BYTES = 200 * 1024 * 1024;

let daemon: TestDaemon;
let scratch: string;
before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'skiff-attributes-'));
  daemon = await startDaemon();
});
after(async () => {
  await mustRun('rm', ['-rf', scratch]);
  await daemon.close();
});

/** A root with a `chown` that has a capability and one that has none, and a file that is nearly all hole. */
async function makeRoot(): Promise<string> {
  const root = join(scratch, 'root');
  for (const folder of ['bin', 'able']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const name of ['sh', 'stat', 'chown']) symlinkSync('busybox', join(root, 'bin', name));
  copyFileSync('/bin/busybox', join(root, 'able/chown'));
  new LinuxSyscalls().setXattr(join(root, 'able/chown'), 'security.capability', CAP_CHOWN_EFFECTIVE);
  writeFileSync(join(root, 'sparse'), 'data');
  truncateSync(join(root, 'sparse'), SPARSE_BYTES);
  mkdirSync(join(root, 'shared'), { mode: 0o777 });
  await mustRun('chmod', ['1777', join(root, 'shared')]);
  const archive = join(scratch, 'root.tar');
  const flags = ['--xattrs', '--xattrs-include=*', '--sparse', '--format=posix', '--numeric-owner'];
  await mustRun('tar', [...flags, '-C', root, '-cf', archive, '.']);
  return archive;
}

const script = `
  : > /shared/file
  chown 0 /shared/file 2>/dev/null || echo refused
  /able/chown 0 /shared/file && stat -c 'owner %u' /shared/file
  stat -c '%s bytes in %b blocks' /sparse`;

test('capabilities of files work in a container and holes stay holes, also after a save and a load', async () => {
  await daemon.skiff(['import', await makeRoot(), 'attributes:1']);
  const look = () => daemon.skiff(['run', '--rm', '--user', '1000', 'attributes:1', '/bin/sh', '-c', script]);
  const expected = new RegExp(`^refused\nowner 0\n${SPARSE_BYTES} bytes in \\d{1,2} blocks\n$`);
  assert.match(await look(), expected);
  const saved = join(scratch, 'saved.tar');
  await daemon.skiff(['save', '-o', saved, 'attributes:1']);
  await daemon.skiff(['rmi', 'attributes:1']);
  await daemon.skiff(['load', '-i', saved]);
  assert.match(await look(), expected);
});
