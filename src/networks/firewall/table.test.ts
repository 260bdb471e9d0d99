import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translatorAddresses } from '../ports/address-translator.ts';
import { type BridgedNetwork, renderTable } from './table.ts';

const network: BridgedNetwork = {
  name: 'bridge',
  bridge: 'skiff_x',
  subnets: ['172.18.0.0/16'],
  icc: true,
  internal: false,
  masquerade: true,
};
const translator = translatorAddresses('skiff6_x');
const render = (networks: readonly BridgedNetwork[]) =>
  renderTable('skiff_x', { screens: false, translator, networks, ports: [], uplinks: [] });

test('the table is replaced as a whole and names its networks only', () => {
  const text = render([network]);
  assert.ok(/^table inet skiff_x\ndelete table inet skiff_x\n.*\ntable inet skiff_x \{\n/s.test(text));
  assert.match(text, /elements = \{ "skiff_x" \. "skiff_x" \}/);
  assert.match(text, /set masquerade4 \{\n {4}type ipv4_addr; flags interval\n {4}elements = \{ 172\.18\.0\.0\/16 \}/);
  assert.doesNotMatch(text, /policy drop/);
});

test('without communication between containers nothing of the same bridge is let through', () => {
  const text = render([{ ...network, icc: false }]);
  assert.match(text, /set same_bridge \{\n {4}type ifname \. ifname\n {2}\}/);
});

test('an internal network is neither hidden behind the host nor let out', () => {
  const text = render([{ ...network, internal: true, subnets: ['172.18.0.0/16', 'fd00::/64'] }]);
  assert.match(text, /set internal \{\n {4}type ifname\n {4}elements = \{ "skiff_x" \}/);
  assert.match(text, /set masquerade4 \{\n {4}type ipv4_addr; flags interval\n {2}\}/);
  assert.match(text, /set subnets6 \{\n {4}type ipv6_addr; flags interval\n {4}elements = \{ fd00::\/64 \}/);
});

test('there are as many rules for many networks and ports as for one', () => {
  const rulesOf = (text: string) => text.slice(text.indexOf('chain')).split('\n').length;
  const many = Array.from({ length: 200 }, (_, n) => ({ ...network, bridge: `br${n}`, subnets: [`10.0.${n}.0/24`] }));
  const ports = Array.from({ length: 500 }, (_, n) => ({
    map: 'published4' as const,
    hostAddress: undefined,
    protocol: 'tcp' as const,
    hostPort: 1000 + n,
    address: '10.0.0.2',
    port: 80,
    comment: 'web',
  }));
  const text = renderTable('skiff_x', { screens: false, translator, networks: many, ports, uplinks: ['eth0'] });
  assert.equal(rulesOf(text), rulesOf(render([network])));
  assert.match(text, /tcp \. 1499 comment "web" : 10\.0\.0\.2 \. 80/);
});
