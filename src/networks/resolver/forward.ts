import type { NamespaceSockets } from '../../sys/sockets/namespace-sockets.ts';
import { RESPONSE_CODES } from './answer.ts';
import { askUpstream, type Transport, type Upstream } from './upstream.ts';

/** Each server gets this long; Docker's figure. */
const SERVER_MS = 4000;
const CODE_MASK = 0xf;
const FLAGS_AT = 2;

/**
 * Asks one server after the other until one has an answer: an unreachable server, one that fails and one that refuses
 * are passed over. Without any, the last failure that a server gave as its answer; undefined when none gave one.
 */
export async function forward(
  sockets: NamespaceSockets,
  upstreams: readonly Upstream[],
  transport: Transport,
  query: Buffer,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  let failure: Buffer | undefined;
  for (const upstream of upstreams) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(SERVER_MS)]);
    const answer = await askUpstream(sockets, upstream, transport, query, limit).catch((): undefined => undefined);
    if (signal.aborted) return undefined;
    if (answer === undefined) continue;
    if (!isFailure(answer)) return answer;
    failure = answer;
  }
  return failure;
}

function isFailure(answer: Buffer): boolean {
  const code = answer.length > FLAGS_AT + 1 ? answer.readUInt16BE(FLAGS_AT) & CODE_MASK : RESPONSE_CODES.serverFailure;
  return code === RESPONSE_CODES.serverFailure || code === RESPONSE_CODES.refused;
}
