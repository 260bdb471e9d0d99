import { inspectPorts, type PublishedPorts } from '../../client/containers.ts';
import { parseUnsigned } from '../../lib/go-numbers.ts';
import type { Complaint } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { compareNatural } from '../network/natural-order.ts';

export const command = defineCommand({
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  args: oneOrTwo,
  flags: {},
  async run({ args: [container = '', port = ''], client, io }) {
    const ports = (await inspectPorts(client, container)) ?? {};
    const lines = port === '' ? allLines(ports) : linesOf(ports, container, port);
    await io.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
});

function oneOrTwo(count: number): Complaint | undefined {
  if (count >= 1 && count <= 2) return undefined;
  return { text: 'requires at least 1 and at most 2 arguments', pointer: 'Run' };
}

function allLines(ports: PublishedPorts): string[] {
  const lines = Object.entries(ports).flatMap(([from, bindings]) =>
    addressesOf(bindings).map((address) => `${from} -> ${address}`),
  );
  return lines.sort(compareNatural);
}

function linesOf(ports: PublishedPorts, container: string, wanted: string): string[] {
  const [number = '', protocol = 'tcp'] = wanted.split('/', 2);
  try {
    parseUnsigned(number, 16);
  } catch (error) {
    throw new CliError(`Error: invalid port (${number}): ${error instanceof Error ? error.message : ''}`);
  }
  const bindings = ports[`${number}/${protocol}`];
  if (bindings === undefined || bindings === null) {
    throw new CliError(`Error: No public port '${wanted}' published for ${container}`);
  }
  return addressesOf(bindings).sort(compareNatural);
}

function addressesOf(bindings: PublishedPorts[string]): string[] {
  return (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:${HostPort}`);
}
