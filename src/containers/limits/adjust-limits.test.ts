import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostConfig, hostConfig } from '../../api-types/host-config.ts';
import { decodeBody } from '../../api-types/shape.ts';
import { adjustLimits } from './adjust-limits.ts';

const support = {
  blockIoWeight: false,
  blockIoWeightDevice: false,
  oomKillDisable: false,
  swappiness: false,
  realtime: false,
  cpus: '0-1,4',
  memoryNodes: '0',
};
const host = (fields: Partial<HostConfig>): HostConfig => decodeBody(hostConfig, fields);

test('what a host with v2 alone cannot set is left out, and said where it was asked for', () => {
  const quiet = adjustLimits(host({ OomKillDisable: false }), support);
  assert.deepEqual([quiet.hostConfig.OomKillDisable, quiet.warnings], [null, []]);
  const asked = adjustLimits(host({ OomKillDisable: true, MemorySwappiness: 5, BlkioWeight: 300 }), support);
  const { OomKillDisable, MemorySwappiness, BlkioWeight } = asked.hostConfig;
  assert.deepEqual([OomKillDisable, MemorySwappiness, BlkioWeight, asked.warnings.length], [null, null, 0, 3]);
});

test('processors are those of the host, with gaps in their numbers', () => {
  adjustLimits(host({ CpusetCpus: '1,4' }), support);
  assert.throws(() => adjustLimits(host({ CpusetCpus: '1-3' }), support), {
    message: 'Requested CPUs are not available - requested 1-3, available: 0-1,4',
  });
});

test('a weight is looked at where there are weights', () => {
  assert.throws(() => adjustLimits(host({ BlkioWeight: 5 }), { ...support, blockIoWeight: true }), {
    message: 'Range of blkio weight is from 10 to 1000',
  });
});
