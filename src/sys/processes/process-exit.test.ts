import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { LinuxSyscalls } from '../linux.ts';
import { SyscallError } from '../syscall-error.ts';
import { watchExit } from './process-exit.ts';
import { identify } from './process-identity.ts';

const EMFILE = 24;
const EPERM = 1;
const syscalls = new LinuxSyscalls();

async function sleeper(t: TestContext): Promise<{ child: ChildProcess; process: { pid: number; startTime: string } }> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  t.after(() => child.kill('SIGKILL'));
  const process = identify(child.pid ?? 0);
  assert.ok(process);
  return { child, process };
}

test('the end of a process is seen, and one that has ended already is over', async (t) => {
  const { child, process } = await sleeper(t);
  const { exited } = watchExit(syscalls, process);
  const reaped = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  await reaped;
  await watchExit(syscalls, process).exited;
});

test('a process for which no descriptor is left is watched as soon as there is one', async (t) => {
  const { child, process } = await sleeper(t);
  let refusals = 2;
  const full = {
    openPidfd: (pid: number) => {
      if (refusals-- > 0) throw new SyscallError('pidfd_open', EMFILE);
      return syscalls.openPidfd(pid);
    },
  };
  const { exited } = watchExit(full, process);
  child.kill('SIGKILL');
  await exited;
  assert.ok(refusals < 0);
});

test('what else goes wrong is told at once, or when it comes', async (t) => {
  const { process } = await sleeper(t);
  const errors = [EMFILE, EPERM];
  const refusing = {
    openPidfd: (): number => {
      throw new SyscallError('pidfd_open', errors.shift() ?? EPERM);
    },
  };
  await assert.rejects(watchExit(refusing, process).exited, { code: 'EPERM' });
  assert.throws(() => watchExit(refusing, process), { code: 'EPERM' });
});
