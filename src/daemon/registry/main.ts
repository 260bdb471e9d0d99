import { mkdirSync, readFileSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { isEngineError, messageOf } from '../../errors/engine-error.ts';
import type { Upstream } from '../../registry/cache/upstream.ts';
import { startRegistry } from '../../registry/start-registry.ts';
import { LinuxSyscalls } from '../../sys/linux.ts';
import { complain } from '../complain.ts';
import { lockRoot } from '../lock-root.ts';
import { createLog } from '../log.ts';
import { parseRegistryOptions, type RegistryProgramOptions } from './options.ts';

const FAILURE = 1;
/** How long requests may go on after a signal to end; a second signal ends them at once. */
const GRACE_MS = 5000;

/** `skiff registry serve`: runs until a signal ends it. */
async function main(): Promise<void> {
  const options = parseRegistryOptions(process.argv.slice(2));
  // By then the whole program is loaded, and compiled for the next start.
  if (options.validate) return void writeSync(process.stdout.fd, 'configuration OK\n');
  const log = createLog('info', complain);
  mkdirSync(options.root, { recursive: true, mode: 0o700 });
  lockRoot(new LinuxSyscalls(), options.root, 'registry root');
  const asked = stopSignal();
  const registry = await startRegistry({
    ...options,
    ...(options.proxy === undefined ? {} : { upstream: await upstreamOf(options.proxy, options) }),
    tls: readTls(options),
    logError: (message, error) => log.error(message, error),
    logInfo: (message) => log.info(message),
    logRequest: options.logRequests ? (line) => log.info(line) : undefined,
  });
  log.info(describeSetup(options));
  log.info(`Registry listen on ${registry.address}`);
  // A registry that is killed would not do it at its end.
  flushCompileCache();
  await asked;
  log.info('Registry ends');
  await registry.close(GRACE_MS);
  process.exit(0);
}

/** What somebody who reads the log wants to know of how it was started. */
function describeSetup({ root, htpasswd, proxy, readOnly, tlsCertificate }: RegistryProgramOptions): string {
  const writers = htpasswd === undefined ? 'everybody' : `users of ${htpasswd}`;
  return [
    `Registry of ${root}`,
    ...(proxy === undefined ? [] : [`cache of ${proxy.origin}`]),
    `${writers} may pull${readOnly || proxy !== undefined ? '' : ', push and delete'}`,
    tlsCertificate === undefined ? 'without TLS' : `TLS by ${tlsCertificate}`,
  ].join(', ');
}

/** Loaded by registries that cache another alone. */
async function upstreamOf(url: URL, options: RegistryProgramOptions): Promise<Upstream> {
  const { RegistryUpstream } = await import('./registry-upstream.ts');
  const { proxyUsername: username, proxyPasswordFile } = options;
  if (username === undefined || proxyPasswordFile === undefined) return new RegistryUpstream(url);
  const password = readFileSync(proxyPasswordFile, 'utf8').replace(/\r?\n$/, '');
  return new RegistryUpstream(url, { account: { username, password } });
}

function readTls({ tlsCertificate, tlsKey }: RegistryProgramOptions) {
  if (tlsCertificate === undefined || tlsKey === undefined) return undefined;
  return { certificate: readFileSync(tlsCertificate), key: readFileSync(tlsKey) };
}

function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  return promise;
}

try {
  await main();
} catch (error) {
  const isPlanned = isEngineError(error) && error.kind !== 'internal';
  complain(`skiff registry: ${isPlanned ? error.message : ((error as Error).stack ?? messageOf(error))}\n`);
  process.exit(FAILURE);
}
