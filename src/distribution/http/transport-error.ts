import { isIP } from 'node:net';
import { EngineError, messageOf } from '../../errors/engine-error.ts';

/** There was no answer, or it broke off. */
export class ExchangeError extends EngineError {
  /** Whether another try may go better: not when the other side speaks something else or cannot prove who it is. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean, cause: unknown) {
    super('internal', message, { cause });
    this.isPassing = isPassing;
  }
}

const TLS_PREFIX = 'tls: failed to verify certificate: x509:';
/** Nobody is there. Somebody was when it was first asked, or there had been no request: it may just be restarting. */
const ABSENT: Readonly<Record<string, (host: string) => string>> = {
  ECONNREFUSED: (host) => `dial tcp ${host}: connect: connection refused`,
  EHOSTUNREACH: (host) => `dial tcp ${host}: connect: no route to host`,
  ENETUNREACH: (host) => `dial tcp ${host}: connect: network is unreachable`,
  ENOTFOUND: (host) => `dial tcp: lookup ${host.replace(/:\d+$/, '')}: no such host`,
  EAI_AGAIN: (host) => `dial tcp: lookup ${host.replace(/:\d+$/, '')}: Temporary failure in name resolution`,
};
const LASTING: Readonly<Record<string, string>> = {
  EPROTO: 'http: server gave HTTP response to HTTPS client',
  ERR_SSL_WRONG_VERSION_NUMBER: 'http: server gave HTTP response to HTTPS client',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'http: server gave HTTP response to HTTPS client',
  DEPTH_ZERO_SELF_SIGNED_CERT: `${TLS_PREFIX} certificate signed by unknown authority`,
  SELF_SIGNED_CERT_IN_CHAIN: `${TLS_PREFIX} certificate signed by unknown authority`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${TLS_PREFIX} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${TLS_PREFIX} certificate signed by unknown authority`,
  CERT_HAS_EXPIRED: `${TLS_PREFIX} certificate has expired or is not yet valid`,
};
const PASSING: Readonly<Record<string, string>> = {
  ECONNRESET: 'EOF',
  EPIPE: 'write: broken pipe',
  ETIMEDOUT: 'net/http: timeout awaiting response',
};

/** The failure in the words that Go's clients, and so Docker's users, know: `Get "https://…": dial tcp …`. */
export function exchangeError(method: string, url: URL, error: unknown): ExchangeError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const host = `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
  const isOtherHost = code === 'ERR_TLS_CERT_ALTNAME_INVALID';
  const lasting = isOtherHost ? `${TLS_PREFIX} ${otherHost(url.hostname, error)}` : LASTING[code];
  const reason = lasting ?? ABSENT[code]?.(host) ?? PASSING[code] ?? messageOf(error);
  return new ExchangeError(`${verb(method)} ${JSON.stringify(url.href)}: ${reason}`, lasting === undefined, error);
}

/** What Go says of a certificate that is not for the host it came from. */
function otherHost(hostname: string, error: unknown): string {
  const { subjectaltname = '' } = (error as { cert?: { subjectaltname?: string } }).cert ?? {};
  const names = subjectaltname.split(', ').map((name) => name.split(':'));
  const of = (kind: string) => names.flatMap(([own, ...rest]) => (own === kind ? [rest.join(':')] : []));
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const valid = of(isIP(host) === 0 ? 'DNS' : 'IP Address');
  if (valid.length > 0) return `certificate is valid for ${valid.join(', ')}, not ${host}`;
  return isIP(host) === 0
    ? `certificate is not valid for any names, but wanted to match ${host}`
    : `cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
}

/** As Go writes a method in its errors. */
export function verb(method: string): string {
  return method.charAt(0) + method.slice(1).toLowerCase();
}
