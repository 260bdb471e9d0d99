import { invalidArgument } from '../../errors/engine-error.ts';

const MAX_PORT = 65535;

/**
 * The ports of one word of EXPOSE, as `80/tcp`: a number or a range, perhaps with a protocol. A host's part, which
 * `run -p` would take, is checked and left out.
 * @throws invalid_argument with Docker's texts.
 */
export function exposedPorts(word: string): string[] {
  const slash = word.indexOf('/');
  const ports = slash < 0 ? word : word.slice(0, slash);
  const protocol = (slash < 0 ? '' : word.slice(slash + 1)) || 'tcp';
  const parts = ports.split(':');
  const container = parts.pop() ?? '';
  if (container === '') throw invalidArgument(`No port specified: ${word}<empty>`);
  const range = parseRange(container);
  if (range === undefined) throw invalidArgument(`Invalid containerPort: ${container}`);
  const host = parts.pop() ?? '';
  if (host !== '' && parseRange(host) === undefined) throw invalidArgument(`Invalid hostPort: ${host}`);
  if (!['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) throw invalidArgument(`Invalid proto: ${protocol}`);
  const { first, last } = range;
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol.toLowerCase()}`);
}

function parseRange(text: string): { first: number; last: number } | undefined {
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return from === '' || last < first || last > MAX_PORT ? undefined : { first, last };
}
