/** Where a process's namespace can be joined while it lives. */
export function namespacePath(pid: number, kind: 'pid' | 'ipc' | 'uts' | 'cgroup'): string {
  return `/proc/${pid}/ns/${kind}`;
}
