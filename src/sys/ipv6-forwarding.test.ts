import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { forwardIpv6 } from './ipv6-forwarding.ts';

test('links keep their router advertisements when the host becomes a router', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-ipv6-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (link: string, name: string, value: string) => {
    mkdirSync(join(folder, link), { recursive: true });
    writeFileSync(join(folder, link, name), `${value}\n`);
  };
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  write('all', 'forwarding', '0');
  write('all', 'accept_ra', '1');
  write('eth0', 'accept_ra', '1');
  write('eth1', 'accept_ra', '0');
  forwardIpv6(folder);
  assert.equal(read('all/forwarding'), '1');
  assert.deepEqual([read('all/accept_ra'), read('eth0/accept_ra'), read('eth1/accept_ra')], ['1', '2', '0']);
});

test('nothing happens on a host without IPv6', () => {
  assert.doesNotThrow(() => forwardIpv6('/proc/sys/net/ipv6/conf/no-such-folder'));
});
