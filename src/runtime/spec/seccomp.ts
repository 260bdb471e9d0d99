import { readFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { internalError, messageOf } from '../../errors/engine-error.ts';

/** Where Debian's golang-github-containers-common installs it. */
const DEFAULT_PROFILE = '/usr/share/containers/seccomp.json';

interface Condition {
  readonly caps?: readonly string[];
  readonly arches?: readonly string[];
  readonly minKernel?: string;
}

interface ProfileSyscall {
  readonly names?: readonly string[];
  /** An older form of one name. */
  readonly name?: string;
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?:
    | readonly { readonly index: number; readonly value: number; readonly valueTwo?: number; readonly op: string }[]
    | null;
  readonly includes?: Condition;
  readonly excludes?: Condition;
}

/** The format of Docker's and Podman's profiles: OCI's with conditions. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] }[];
  readonly flags?: readonly string[];
  readonly syscalls?: readonly ProfileSyscall[];
}

export interface SeccompHost {
  /** As Node names it. */
  readonly arch: string;
  /** `uname -r`. */
  readonly kernel: string;
  readonly capabilities: readonly string[];
}

/** Names of Node's architectures in profiles' conditions, and of their native seccomp architecture. */
const ARCHITECTURES: Readonly<Record<string, { readonly name: string; readonly seccomp: string }>> = {
  x64: { name: 'amd64', seccomp: 'SCMP_ARCH_X86_64' },
  arm64: { name: 'arm64', seccomp: 'SCMP_ARCH_AARCH64' },
};

/** The profile as OCI has it, its conditions decided for one host and one set of capabilities. */
export function resolveProfile(profile: SeccompProfile, host: SeccompHost): object {
  const native = ARCHITECTURES[host.arch];
  const mapped = profile.archMap?.find((entry) => entry.architecture === native?.seccomp);
  const architectures =
    mapped === undefined ? (profile.architectures ?? []) : [mapped.architecture, ...(mapped.subArchitectures ?? [])];
  const syscalls = (profile.syscalls ?? []).filter((rule) => applies(rule, host, native?.name ?? host.arch));
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures.length > 0 ? { architectures } : {}),
    ...(profile.flags === undefined ? {} : { flags: profile.flags }),
    syscalls: syscalls.map((rule) => ({
      names: rule.names ?? [rule.name],
      action: rule.action,
      ...(rule.errnoRet === undefined ? {} : { errnoRet: rule.errnoRet }),
      ...(rule.args?.length ? { args: rule.args } : {}),
    })),
  };
}

function applies(rule: ProfileSyscall, host: SeccompHost, architecture: string): boolean {
  const { includes = {}, excludes = {} } = rule;
  const has = (capability: string) => host.capabilities.includes(capability);
  if (includes.arches?.length && !includes.arches.includes(architecture)) return false;
  if (excludes.arches?.includes(architecture)) return false;
  if (!(includes.caps ?? []).every(has)) return false;
  if ((excludes.caps ?? []).some(has)) return false;
  if (includes.minKernel !== undefined && !isAtLeast(host.kernel, includes.minKernel)) return false;
  return excludes.minKernel === undefined || !isAtLeast(host.kernel, excludes.minKernel);
}

/** Compares the first two numbers, which is all that profiles give. */
function isAtLeast(kernel: string, wanted: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

const resolved = new Map<string, object>();

/**
 * The default profile for these capabilities; read and resolved once for each set of them.
 * @throws internal when the profile is not installed: no container runs without it unless asked to.
 */
export async function defaultSeccomp(capabilities: readonly string[]): Promise<object> {
  const key = capabilities.toSorted().join();
  const known = resolved.get(key);
  if (known !== undefined) return known;
  const text = await readFile(DEFAULT_PROFILE, 'utf8').catch((error: unknown) => {
    throw internalError(`the default seccomp profile cannot be read: ${messageOf(error)}`, error);
  });
  const seccomp = seccompOf(text, capabilities);
  resolved.set(key, seccomp);
  return seccomp;
}

/** @throws internal when the text is no profile, as Docker does. */
export function seccompOf(profile: string, capabilities: readonly string[]): object {
  let parsed: SeccompProfile;
  try {
    parsed = JSON.parse(profile) as SeccompProfile;
  } catch (error) {
    throw internalError(`Decoding seccomp profile failed: ${messageOf(error)}`, error);
  }
  return resolveProfile(parsed, { arch: arch(), kernel: release(), capabilities });
}
