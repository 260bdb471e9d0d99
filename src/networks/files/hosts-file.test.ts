import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { renderHosts } from './hosts-file.ts';

const LOCAL = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;
const hostGateway = '172.17.0.1';
const own = { addresses: ['172.17.0.2'], hostname: 'box', domainname: '' };

test('without an address there are the local names alone', () => {
  assert.equal(renderHosts({ extraHosts: [], hostGateway, own: { ...own, addresses: [] } }), LOCAL);
});

test("further hosts come before the container's own names, IPv6 ones and the gateway's too", () => {
  assert.equal(
    renderHosts({ extraHosts: ['foo:1.2.3.4', 'bar:::1', 'gw:host-gateway'], hostGateway, own }),
    `${LOCAL}1.2.3.4\tfoo\n::1\tbar\n172.17.0.1\tgw\n172.17.0.2\tbox\n`,
  );
});

test('with a domain the full name comes first, wherever the domain stands', () => {
  for (const names of [
    { hostname: 'box', domainname: 'ex.org' },
    { hostname: 'box.ex.org', domainname: '' },
  ]) {
    const text = renderHosts({ extraHosts: [], hostGateway, own: { ...own, ...names } });
    assert.match(text, /^172\.17\.0\.2\tbox\.ex\.org box$/m);
  }
});

test('in several networks the container has its names by each of its addresses', () => {
  const text = renderHosts({ extraHosts: [], hostGateway, own: { ...own, addresses: ['172.18.0.2', 'fd00::2'] } });
  assert.equal(text, `${LOCAL}172.18.0.2\tbox\nfd00::2\tbox\n`);
});

test('a further host without a colon is refused', () => {
  assert.throws(
    () => renderHosts({ extraHosts: ['foo'], hostGateway, own }),
    (error) => isEngineError(error, 'invalid_argument') && error.message === 'bad format for add-host: "foo"',
  );
});
