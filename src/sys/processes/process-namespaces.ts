/** Where a process's namespace can be joined while it lives. */
export function namespacePath(pid: number, kind: 'net' | 'pid' | 'ipc' | 'uts' | 'cgroup'): string {
  return `/proc/${pid}/ns/${kind}`;
}
