import { type UpdateRequest, updateContainer } from '../../client/containers.ts';
import { parseByteSize } from '../../lib/byte-size.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError, describe } from '../errors.ts';
import type { FlagValues } from '../flags/flag.ts';
import { integer, parsed, string } from '../flags/kinds.ts';
import { createFlags } from './create-options/flags.ts';
import { parseRestartPolicy } from './create-options/restart-policy.ts';

const flags = {
  'blkio-weight': createFlags['blkio-weight'],
  'cpu-period': createFlags['cpu-period'],
  'cpu-quota': createFlags['cpu-quota'],
  'cpu-rt-period': integer('Limit the CPU real-time period in microseconds'),
  'cpu-rt-runtime': integer('Limit the CPU real-time runtime in microseconds'),
  'cpu-shares': createFlags['cpu-shares'],
  cpus: createFlags.cpus,
  'cpuset-cpus': createFlags['cpuset-cpus'],
  'cpuset-mems': createFlags['cpuset-mems'],
  'kernel-memory': { ...createFlags['kernel-memory'], hidden: true },
  memory: createFlags.memory,
  'memory-reservation': createFlags['memory-reservation'],
  'memory-swap': parsed('bytes', 'Swap limit equal to memory plus swap: -1 to enable unlimited swap', (text) =>
    text === '-1' ? -1 : parseByteSize(text),
  ),
  'pids-limit': createFlags['pids-limit'],
  restart: string('Restart policy to apply when a container exits'),
};

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  args: atLeast(1),
  flags,
  async run({ flags: given, changed, args, client, io }) {
    if (!Object.keys(flags).some((name) => changed(name as keyof typeof flags))) {
      throw new CliError('you must provide one or more flags when using this command');
    }
    const update = updateRequest(given);
    const warnings: string[] = [];
    const failures: string[] = [];
    // One after the other, as docker does it.
    for (const container of args) {
      try {
        warnings.push(...((await updateContainer(client, container, update)).Warnings ?? []));
        await io.stdout.write(`${container}\n`);
      } catch (error) {
        failures.push(describe(error));
      }
    }
    if (warnings.length > 0) await io.stdout.write(`${warnings.join('\n')}\n`);
    if (failures.length === 0) return 0;
    await io.stderr.write(`${failures.join('\n')}\n`);
    return 1;
  },
});

function updateRequest(given: FlagValues<typeof flags>): UpdateRequest {
  return {
    CpuShares: given['cpu-shares'] ?? 0,
    Memory: given.memory ?? 0,
    NanoCpus: given.cpus ?? 0,
    CgroupParent: '',
    BlkioWeight: given['blkio-weight'] ?? 0,
    BlkioWeightDevice: null,
    BlkioDeviceReadBps: null,
    BlkioDeviceWriteBps: null,
    BlkioDeviceReadIOps: null,
    BlkioDeviceWriteIOps: null,
    CpuPeriod: given['cpu-period'] ?? 0,
    CpuQuota: given['cpu-quota'] ?? 0,
    CpuRealtimePeriod: given['cpu-rt-period'] ?? 0,
    CpuRealtimeRuntime: given['cpu-rt-runtime'] ?? 0,
    CpusetCpus: given['cpuset-cpus'],
    CpusetMems: given['cpuset-mems'],
    Devices: null,
    DeviceCgroupRules: null,
    DeviceRequests: null,
    MemoryReservation: given['memory-reservation'] ?? 0,
    MemorySwap: given['memory-swap'] ?? 0,
    MemorySwappiness: null,
    OomKillDisable: null,
    PidsLimit: (given['pids-limit'] ?? 0) === 0 ? null : given['pids-limit'],
    Ulimits: null,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    RestartPolicy: parseRestartPolicy(given.restart),
  };
}
