import { EngineError } from '../../errors/engine-error.ts';

/** Kernel settings that each IPC namespace has of its own. */
const IPC_SETTINGS = new Set(
  'msgmax msgmnb msgmni sem shmall shmmax shmmni shm_rmid_forced'.split(' ').map((name) => `kernel.${name}`),
);

/**
 * A container sets only what its own namespaces have. Found when it starts, as with Docker.
 * @throws internal, with runc's texts.
 */
export function checkSysctls(
  sysctls: Readonly<Record<string, string>>,
  host: { readonly network: boolean; readonly ipc: boolean },
): void {
  for (const name of Object.keys(sysctls)) {
    const quoted = JSON.stringify(name);
    if (IPC_SETTINGS.has(name) || name.startsWith('fs.mqueue.')) {
      if (host.ipc) throw refused(`sysctl ${quoted} is not allowed in the hosts ipc namespace`);
    } else if (name.startsWith('net.')) {
      if (host.network) throw refused(`sysctl ${quoted} not allowed in host network namespace`);
    } else if (name !== 'kernel.domainname') {
      throw refused(`sysctl ${quoted} is not in a separate kernel namespace`);
    }
  }
}

function refused(reason: string): EngineError {
  return new EngineError('internal', `failed to create task for container: ${reason}`);
}
