import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStats, CpuStats } from '../../api-types/container-stats.ts';
import { cpuPercent, usedMemory } from './stats-row.ts';

const cpu = (own: number, system: number): CpuStats => ({
  cpu_usage: { total_usage: own, usage_in_kernelmode: 0, usage_in_usermode: own },
  system_cpu_usage: system,
  online_cpus: 4,
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
});

function statsOf(change: Partial<ContainerStats>): ContainerStats {
  return {
    read: '',
    preread: '',
    pids_stats: {},
    blkio_stats: {},
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(0, 0),
    precpu_stats: cpu(0, 0),
    memory_stats: {},
    name: '/c',
    id: 'c',
    ...change,
  };
}

test("a share of time is that of the host's processors, times their number", () => {
  assert.equal(cpuPercent(statsOf({ precpu_stats: cpu(100, 1000), cpu_stats: cpu(200, 1400) })), 100);
  assert.equal(cpuPercent(statsOf({ precpu_stats: cpu(200, 1400), cpu_stats: cpu(100, 1800) })), 0);
  assert.equal(cpuPercent(statsOf({})), 0);
});

test('memory is shown without inactive files, by the field of either version', () => {
  const used = (stats: Record<string, number>) => usedMemory(statsOf({ memory_stats: { usage: 100, stats } }));
  assert.equal(used({ total_inactive_file: 30, inactive_file: 10 }), 70);
  assert.equal(used({ inactive_file: 10 }), 90);
  assert.equal(used({ inactive_file: 200 }), 100);
});
