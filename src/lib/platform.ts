import { invalidArgument } from '../errors/engine-error.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386' };
const OPERATING_SYSTEMS = ['linux', 'windows', 'darwin', 'freebsd', 'netbsd', 'openbsd', 'solaris', 'plan9', 'android'];
/** What containerd's platform package knows, with the names that it takes for the same. */
const KNOWN: Readonly<Record<string, readonly [string, string?]>> = {
  amd64: ['amd64'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  arm64: ['arm64'],
  aarch64: ['arm64'],
  arm: ['arm', 'v7'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
  '386': ['386'],
  i386: ['386'],
  ppc64le: ['ppc64le'],
  ppc64: ['ppc64'],
  s390x: ['s390x'],
  riscv64: ['riscv64'],
  mips64le: ['mips64le'],
  mips64: ['mips64'],
  loong64: ['loong64'],
};

/** With the words for what does not follow them, which are Docker's. */
const OS_RULE = ['OS component', 'OSAndVersion', /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$/] as const;
const PART_RULE = ['component', 'platform', /^[A-Za-z0-9_-]+$/] as const;

/** In Go's names, as images have it. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: ARCHITECTURES[process.arch] ?? process.arch, variant: undefined };
}

export function isSamePlatform(image: Platform, wanted: Platform): boolean {
  if (image.os !== wanted.os || image.architecture !== wanted.architecture) return false;
  return variantOf(image) === variantOf(wanted);
}

/** Of 64-bit ARM there is one that goes without saying. */
function variantOf({ architecture, variant }: Platform): string | undefined {
  return architecture === 'arm64' && variant === 'v8' ? undefined : variant;
}

export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/**
 * `os`, `architecture` or `os/architecture[/variant]`.
 * @throws invalid_argument with Docker's text, also for an operating system that is not this one.
 */
export function parsePlatform(text: string): Platform {
  const quoted = JSON.stringify(text);
  const parts = text.split('/');
  if (parts.length > 3) throw invalidArgument(`${quoted}: cannot parse platform specifier: invalid argument`);
  checkParts(parts, quoted);
  // A version of the operating system, as Windows has it, means nothing here.
  const [first = '', second, variant] = parts.map((part) => part.replace(/\(.*\)$/, '').toLowerCase());
  const host = hostPlatform();
  if (second === undefined && !OPERATING_SYSTEMS.includes(first)) {
    const known = KNOWN[first];
    if (known === undefined) {
      throw invalidArgument(`${quoted}: unknown operating system or architecture: invalid argument`);
    }
    return { os: host.os, architecture: known[0], variant: known[1] };
  }
  if (first !== host.os) throw invalidArgument('operating system is not supported');
  if (second === undefined) return host;
  const [architecture, usual] = KNOWN[second] ?? [second];
  return { os: first, architecture, variant: variant ?? usual };
}

function checkParts(parts: readonly string[], quoted: string): void {
  for (const [index, part] of parts.entries()) {
    const [what, rule, pattern] = index === 0 ? OS_RULE : PART_RULE;
    if (pattern.test(part)) continue;
    throw invalidArgument(
      `${JSON.stringify(part)} is an invalid ${what} of ${quoted}: ${rule} specifier component must match ${JSON.stringify(pattern.source)}: invalid argument`,
    );
  }
}
