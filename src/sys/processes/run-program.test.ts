import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { LinuxSyscalls } from '../linux.ts';
import { runProgram } from './run-program.ts';

const run = (script: string) => runProgram(new LinuxSyscalls(), '/bin/sh', ['-c', script]);

test('a program that ends well is waited for', async () => {
  await run('exit 0');
});

test('one that does not is an error with its code and what it said', async () => {
  await assert.rejects(run('echo no such thing >&2; exit 7'), (error) => {
    return isEngineError(error, 'internal') && error.message === '/bin/sh ended with 7: no such thing';
  });
});

test('so is one that is killed', async () => {
  await assert.rejects(run('kill -9 $$'), /\/bin\/sh ended with 137/);
});

test('of a flood of complaints the beginning is kept', async () => {
  await assert.rejects(run('head -c 1000000 /dev/zero | tr "\\0" x >&2; exit 1'), (error) => {
    return isEngineError(error, 'internal') && error.message.length < 20_000;
  });
});

test('a program that is not there is an error', async () => {
  await assert.rejects(runProgram(new LinuxSyscalls(), '/nowhere/at/all', []), { code: 'ENOENT' });
});
