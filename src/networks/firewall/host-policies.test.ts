import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policiesIn } from './host-policies.ts';

const forwardDropIn = (json: string, legacy?: string) => policiesIn(json, legacy).forwardDrop;

const chain = (table: string, name: string, more: object = {}) => ({ chain: { family: 'ip', table, name, ...more } });
const list = (...objects: object[]): string => JSON.stringify({ nftables: [{ metainfo: {} }, ...objects] });

test('a host that forwards by default drops nothing', () => {
  assert.equal(forwardDropIn(list(chain('filter', 'FORWARD', { hook: 'forward', policy: 'accept' }))), undefined);
  assert.equal(forwardDropIn(list(chain('filter', 'INPUT', { hook: 'input', policy: 'drop' }))), undefined);
  assert.equal(forwardDropIn(list()), undefined);
});

test('the chain of dockerd that drops is found with the way through it', () => {
  const drop = chain('filter', 'FORWARD', { hook: 'forward', policy: 'drop' });
  assert.deepEqual(forwardDropIn(list(drop, chain('filter', 'DOCKER-USER'))), {
    chain: 'ip filter FORWARD',
    hasDockerUser: true,
  });
});

test('a firewall that drops is named, and has no way through', () => {
  const drop = chain('fw', 'forward', { hook: 'forward', policy: 'drop' });
  assert.deepEqual(forwardDropIn(list(drop, chain('filter', 'DOCKER-USER'))), {
    chain: 'ip fw forward',
    hasDockerUser: false,
  });
});

test('a firewall that drops what comes in is seen, of either kind', () => {
  assert.equal(policiesIn(list(chain('fw', 'in', { hook: 'input', policy: 'drop' }))).inputDrops, true);
  assert.equal(policiesIn(list(), '-P INPUT DROP\n-P FORWARD ACCEPT\n').inputDrops, true);
  assert.equal(policiesIn(list(chain('fw', 'in', { hook: 'input', policy: 'accept' }))).inputDrops, false);
});

test('a firewall of the older kind that drops what is forwarded is named', () => {
  assert.deepEqual(forwardDropIn(list(), '-P INPUT ACCEPT\n-P FORWARD DROP\n'), {
    chain: 'FORWARD of iptables-legacy',
    hasDockerUser: false,
  });
});
