import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveProfile, type SeccompProfile } from './seccomp.ts';

const host = { arch: 'x64', kernel: '6.1.0-18-amd64', capabilities: ['CAP_CHOWN'] };
const allow = 'SCMP_ACT_ALLOW';

function names(profile: SeccompProfile, on = host): string[] {
  return (resolveProfile(profile, on) as { syscalls: { names: string[] }[] }).syscalls.flatMap((rule) => rule.names);
}

test('rules with conditions apply to the hosts and capabilities that they name', () => {
  const profile: SeccompProfile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      { names: ['always'], action: allow, includes: {}, excludes: {} },
      { names: ['with-chown'], action: allow, includes: { caps: ['CAP_CHOWN'] } },
      { names: ['with-both'], action: allow, includes: { caps: ['CAP_CHOWN', 'CAP_KILL'] } },
      { names: ['without-chown'], action: allow, excludes: { caps: ['CAP_CHOWN'] } },
      { names: ['amd64'], action: allow, includes: { arches: ['amd64', 'x32'] } },
      { names: ['arm'], action: allow, includes: { arches: ['arm', 'arm64'] } },
      { names: ['not-amd64'], action: allow, excludes: { arches: ['amd64'] } },
      { names: ['since-4.8'], action: allow, includes: { minKernel: '4.8' } },
      { names: ['since-6.2'], action: allow, includes: { minKernel: '6.2' } },
      { names: ['before-4.8'], action: allow, excludes: { minKernel: '4.8' } },
    ],
  };
  assert.deepEqual(names(profile), ['always', 'with-chown', 'amd64', 'since-4.8']);
  assert.deepEqual(names(profile, { arch: 'arm64', kernel: '4.4.0', capabilities: [] }), [
    'always',
    'without-chown',
    'arm',
    'not-amd64',
    'before-4.8',
  ]);
});

test('architectures come from the map, with the smaller ones that the host’s runs', () => {
  const archMap = [
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  ];
  assert.deepEqual(resolveProfile({ defaultAction: allow, archMap }, host), {
    defaultAction: allow,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [],
  });
});

test('what OCI does not know is left out, and errno and arguments are kept', () => {
  const args = [{ index: 0, value: 8, valueTwo: 0, op: 'SCMP_CMP_EQ' }];
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 38,
    syscalls: [
      { names: ['personality'], action: allow, args, comment: 'x' },
      { name: 'old', action: 'SCMP_ACT_ERRNO', errnoRet: 1, errno: 'EPERM', args: null },
    ],
  };
  assert.deepEqual(resolveProfile(profile, host), {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 38,
    syscalls: [
      { names: ['personality'], action: allow, args },
      { names: ['old'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
    ],
  });
});
