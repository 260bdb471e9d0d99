import { bool, list, string } from './flags/kinds.ts';

/** The flags before the command's name. */
export function globalFlags(configFolder: string) {
  return {
    config: string('Location of client config files', { defaultText: JSON.stringify(configFolder) }),
    context: string(
      'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
      { short: 'c' },
    ),
    debug: bool('Enable debug mode', { short: 'D' }),
    host: list('Daemon socket to connect to', { short: 'H' }),
    'log-level': string('Set the logging level ("debug", "info", "warn", "error", "fatal")', {
      short: 'l',
      initial: 'info',
    }),
    tls: bool('Use TLS; implied by --tlsverify'),
    tlscacert: string('Trust certs signed only by this CA', { defaultText: JSON.stringify(`${configFolder}/ca.pem`) }),
    tlscert: string('Path to TLS certificate file', { defaultText: JSON.stringify(`${configFolder}/cert.pem`) }),
    tlskey: string('Path to TLS key file', { defaultText: JSON.stringify(`${configFolder}/key.pem`) }),
    tlsverify: bool('Use TLS and verify the remote'),
    version: bool('Print version information and quit', { short: 'v' }),
  };
}

export type GlobalFlags = ReturnType<typeof globalFlags>;
