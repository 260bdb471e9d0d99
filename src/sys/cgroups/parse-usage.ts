export interface IoUsage {
  readonly major: number;
  readonly minor: number;
  readonly operation: string;
  readonly value: number;
}

interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

export interface InterfaceUsage {
  readonly received: Traffic;
  readonly sent: Traffic;
}

/** Lines of a name and a number: memory.stat, cpu.stat. */
export function parseFields(text: string): Map<string, bigint> {
  const lines = text.matchAll(/^(\S+) (\d+)$/gm);
  return new Map(lines.map(([, name = '', value = '']) => [name, BigInt(value)]));
}

/** `io.stat` of version 2: what was read from each device, and written to it, in bytes. */
export function parseIoStat(text: string): IoUsage[] {
  return text.split('\n').flatMap((line) => {
    const [, major, minor, fields = ''] = /^(\d+):(\d+) (.*)$/.exec(line) ?? [];
    if (major === undefined) return [];
    const value = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(fields)?.[1] ?? 0);
    const device = { major: Number(major), minor: Number(minor) };
    return [
      { ...device, operation: 'read', value: value('rbytes') },
      { ...device, operation: 'write', value: value('wbytes') },
    ];
  });
}

/** The `blkio.throttle.*` files of version 1; the sum of all devices at their end is no device. */
export function parseThrottleStat(text: string): IoUsage[] {
  const lines = text.matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm);
  return [...lines].map(([, major, minor, operation = '', value]) => ({
    major: Number(major),
    minor: Number(minor),
    operation,
    value: Number(value),
  }));
}

/** /proc/stat: the time of all processors in every state, guests' aside, which is counted in others already. */
export function parseSystemCpu(text: string, nsPerTick: number): { readonly totalNs: number; readonly cpus: number } {
  const [, times = ''] = /^cpu +(.*)$/m.exec(text) ?? [];
  const ticks = times.split(' ').slice(0, 7).map(Number);
  const total = ticks.reduce((sum, one) => sum + one, 0);
  return { totalNs: total * nsPerTick, cpus: [...text.matchAll(/^cpu\d+ /gm)].length };
}

/** /proc/<pid>/net/dev without the loopback, which Docker does not count. */
export function parseInterfaces(text: string): Map<string, InterfaceUsage> {
  const found = new Map<string, InterfaceUsage>();
  for (const [, name = '', fields = ''] of text.matchAll(/^ *([^\s:]+): *(\d.*)$/gm)) {
    if (name === 'lo') continue;
    const numbers = fields.trim().split(/ +/).map(Number);
    found.set(name, { received: traffic(numbers), sent: traffic(numbers.slice(8)) });
  }
  return found;
}

function traffic([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): Traffic {
  return { bytes, packets, errors, dropped };
}
