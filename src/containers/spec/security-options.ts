import { EngineError } from '../../errors/engine-error.ts';

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  readonly seccomp: 'default' | 'unconfined' | { readonly profile: string };
  /** Undefined for none: no profile is made for containers that ask for nothing. */
  readonly apparmorProfile?: string;
}

/**
 * `HostConfig.SecurityOpt`. The command line sends the text of a seccomp profile, not its path.
 * @throws internal for an unknown option, with Docker's texts.
 */
export function securityOptionsOf(options: readonly string[] | null): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp: SecurityOptions['seccomp'] = 'default';
  let apparmorProfile: string | undefined;
  for (const option of options ?? []) {
    if (option === 'no-new-privileges') {
      noNewPrivileges = true;
      continue;
    }
    const [, name, value] = /^([^=:]+)[=:](.*)$/s.exec(option) ?? [];
    if (name === undefined || value === undefined) throw refused(1, option);
    if (name === 'no-new-privileges') noNewPrivileges = flagOf(value, option);
    else if (name === 'seccomp') seccomp = seccompOf(value);
    else if (name === 'apparmor') apparmorProfile = value === 'unconfined' ? undefined : value;
    // SELinux's labels: as with Docker where it is off, there is nothing to label.
    else if (name !== 'label') throw refused(2, option);
  }
  return { noNewPrivileges, seccomp, ...(apparmorProfile === undefined ? {} : { apparmorProfile }) };
}

function flagOf(value: string, option: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return false;
  throw refused(2, option);
}

function seccompOf(value: string): SecurityOptions['seccomp'] {
  if (value === 'unconfined') return value;
  return value === 'builtin' ? 'default' : { profile: value };
}

function refused(kind: 1 | 2, option: string): EngineError {
  return new EngineError('internal', `invalid --security-opt ${kind}: ${JSON.stringify(option)}`);
}
