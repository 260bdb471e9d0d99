import { isIP } from 'node:net';
import { invalidArgument } from '../../errors/engine-error.ts';
import type { WorkBudget } from '../parse/work-budget.ts';
import type { LintRuleName } from './lint-warning.ts';

const PROTOCOLS = ['tcp', 'udp', 'sctp'];
const MAX_PORT = 65535;

/**
 * `80`, `80/udp`, `8000-8010/tcp`, each port by itself: `80/tcp`. Addresses and host ports are accepted, checked and
 * left out, as ever.
 * @throws invalid_argument with Docker's texts
 */
export function parseExposedPorts(
  words: readonly string[],
  budget: WorkBudget,
  warn: (rule: LintRuleName, message: string) => void,
): string[] {
  return words.flatMap((word) => {
    const { address, hostPort, port, protocol } = splitPort(word);
    if (protocol !== protocol.toLowerCase()) {
      warn('ExposeProtoCasing', `Defined protocol '${word}' in EXPOSE instruction should be lowercase`);
    }
    if (address !== '' || hostPort !== '') {
      warn(
        'ExposeInvalidFormat',
        `EXPOSE instruction should not define an IP address or host-port mapping, found '${word}'`,
      );
    }
    if (address !== '' && isIP(address.replace(/^\[(.*)\]$/, '$1')) === 0) {
      throw invalidArgument(`Invalid ip address: ${address}`);
    }
    const range = parseRange(port);
    if (range === undefined) throw invalidArgument(`Invalid containerPort: ${port}`);
    checkHostPorts(hostPort, port, range);
    budget.spendEntries(range.end - range.start + 1);
    const count = range.end - range.start + 1;
    return Array.from({ length: count }, (_, index) => `${range.start + index}/${protocol.toLowerCase()}`);
  });
}

function splitPort(word: string): { address: string; hostPort: string; port: string; protocol: string } {
  const parts = word.split(':');
  const last = parts.pop() ?? '';
  const hostPort = parts.pop() ?? '';
  const slash = last.indexOf('/');
  const port = slash < 0 ? last : last.slice(0, slash);
  const protocol = slash < 0 ? '' : last.slice(slash + 1);
  if (port === '') throw invalidArgument(`No port specified: ${word}<empty>`);
  if (protocol !== '' && !PROTOCOLS.includes(protocol.toLowerCase())) {
    throw invalidArgument(`Invalid proto: ${protocol}`);
  }
  return { address: parts.join(':'), hostPort, port, protocol: protocol || 'tcp' };
}

interface PortRange {
  readonly start: number;
  readonly end: number;
}

function parseRange(text: string): PortRange | undefined {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const start = Number(first);
  const end = Number(last);
  return first === '' || start > MAX_PORT || end > MAX_PORT || end < start ? undefined : { start, end };
}

/** A range of host ports is as long as the container's, or for one port of the container alone. */
function checkHostPorts(hostPort: string, port: string, { start, end }: PortRange): void {
  if (hostPort === '') return;
  const host = parseRange(hostPort);
  if (host === undefined) throw invalidArgument(`Invalid hostPort: ${hostPort}`);
  if (host.end - host.start !== end - start && end !== start) {
    throw invalidArgument(`Invalid ranges specified for container and host Ports: ${port} and ${hostPort}`);
  }
}
