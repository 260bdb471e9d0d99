import { closeSync, openSync } from 'node:fs';
import { check, declare } from './libc.ts';
import type { Fd } from './syscalls.ts';

const CLONE_NEWNET = 0x40000000;
const setns = declare<(fd: Fd, type: number) => number>('int setns(int fd, int type)');

/**
 * Runs `work`, which must not await, with the calling thread in the network namespace pinned at `path`. When the thread
 * cannot get back, everything the daemon did from there on would happen in a container's network: it aborts instead.
 */
export function withinNetworkNamespace<T>(path: string | undefined, work: () => T): T {
  if (path === undefined) return work();
  const own = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const target = openSync(path, 'r');
    try {
      check('setns', setns(target, CLONE_NEWNET), path);
    } finally {
      closeSync(target);
    }
    try {
      return work();
    } finally {
      if (setns(own, CLONE_NEWNET) < 0) process.abort();
    }
  } finally {
    closeSync(own);
  }
}
