import type { HostConfig } from '../../api-types/host-config.ts';
import { invalidArgument } from '../../errors/engine-error.ts';

const POLICIES = ['no', 'always', 'on-failure', 'unless-stopped'];

/** @throws invalid_argument with Docker's texts. */
export function checkRestartPolicy({ Name: name, MaximumRetryCount: retries }: HostConfig['RestartPolicy']): void {
  if (!POLICIES.includes(name)) {
    throw invalidArgument(
      `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (retries !== 0 && name !== 'on-failure') {
    throw invalidArgument("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  }
  if (retries < 0) throw invalidArgument('invalid restart policy: maximum retry count cannot be negative');
}
