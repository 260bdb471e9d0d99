import { EngineError } from '../errors/engine-error.ts';

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  readonly seccomp: 'default' | 'unconfined' | { readonly profile: string };
}

/**
 * `HostConfig.SecurityOpt`. The command line sends the text of a seccomp profile, not its path.
 * @throws internal for an unknown option, with Docker's texts.
 */
export function securityOptionsOf(options: readonly string[] | null): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp: SecurityOptions['seccomp'] = 'default';
  for (const option of options ?? []) {
    if (option === 'no-new-privileges') {
      noNewPrivileges = true;
      continue;
    }
    const [, name, value] = /^([^=:]+)[=:](.*)$/s.exec(option) ?? [];
    if (name === undefined || value === undefined) throw refused(1, option);
    if (name === 'no-new-privileges') noNewPrivileges = value === 'true';
    else if (name === 'seccomp') seccomp = seccompOf(value);
    // There is nothing to switch off: neither SELinux nor AppArmor confines containers here.
    else if (!(name === 'label' && value === 'disable') && !(name === 'apparmor' && value === 'unconfined')) {
      throw refused(2, option);
    }
  }
  return { noNewPrivileges, seccomp };
}

function seccompOf(value: string): SecurityOptions['seccomp'] {
  if (value === 'unconfined') return value;
  return value === 'builtin' ? 'default' : { profile: value };
}

function refused(kind: 1 | 2, option: string): EngineError {
  return new EngineError('internal', `invalid --security-opt ${kind}: ${JSON.stringify(option)}`);
}
