import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from './firewall.ts';

test('the table is replaced as a whole and names its networks only', () => {
  const text = renderTable('skiff_x', [{ bridge: 'skiff_x', subnet: '172.18.0.0/16', icc: true }]);
  assert.ok(text.startsWith('table ip skiff_x\ndelete table ip skiff_x\ntable ip skiff_x {\n'));
  assert.match(text, /elements = \{ "skiff_x" \. "skiff_x" \}/);
  assert.match(text, /ip saddr 172\.18\.0\.0\/16 oifname != "skiff_x" masquerade/);
  assert.doesNotMatch(text, /policy drop/);
});

test('without communication between containers nothing of the same bridge is let through', () => {
  const text = renderTable('skiff_x', [{ bridge: 'skiff_x', subnet: '172.18.0.0/16', icc: false }]);
  assert.match(text, /set same_bridge \{\n {4}type ifname \. ifname\n {2}\}/);
});
