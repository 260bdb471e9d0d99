import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mustRun, runCommand } from '../../support/command.ts';

const fixture = fileURLToPath(new URL('../../fixtures/networks/private-host.ts', import.meta.url));
const hasIptables = (await runCommand('which', ['iptables'])).status === 0;
const needsIptables = hasIptables ? {} : { skip: 'iptables is not installed, so no dockerd can be here' };

/** Carries the steps out on a host of its own, and gives back what each came to. */
async function onPrivateHost(...steps: readonly string[]): Promise<unknown[]> {
  const output = await mustRun('unshare', ['--net', process.execPath, fixture, ...steps]);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, unknown]);
  return lines.map(([, result]) => result);
}

test('a container gets out as the host, and nobody outside gets in by its address', async () => {
  assert.deepEqual(await onPrivateHost('restore', 'start', 'outward', 'inward'), [[], null, true, false]);
});

test('where a firewall drops forwarded packets, the log names its chain', needsIptables, async () => {
  const [, , , warnings, outward] = await onPrivateHost('restore', 'start', 'drop', 'restore', 'outward');
  assert.match(String(warnings), /the chain ip filter FORWARD drops forwarded packets/);
  assert.equal(outward, false);
});

test('beside a dockerd that drops, containers get out through the chain for its users', needsIptables, async () => {
  const steps = ['drop', 'dockerd', 'restore', 'start', 'outward', 'inward', 'restore', 'rules', 'teardown', 'rules'];
  assert.deepEqual((await onPrivateHost(...steps)).slice(2), [[], null, true, false, [], 1, null, 0]);
});
