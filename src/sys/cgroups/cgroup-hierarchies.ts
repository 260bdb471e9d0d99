import { join } from 'node:path';

const TOP = '/sys/fs/cgroup';

export interface CgroupHierarchies {
  /** `hybrid`: v1 hierarchies with a v2 one beside them. */
  readonly mode: 'v1' | 'v2' | 'hybrid';
  /** Mount points of all hierarchies. */
  readonly roots: readonly string[];
  /** Mount point of the v2 hierarchy. */
  readonly unified: string | undefined;
  /** The folder that the v1 hierarchies are mounted in. */
  readonly v1Base: string | undefined;
}

/** Reads /proc/<pid>/mountinfo (proc(5)). One hierarchy mounted at several places counts once, at the first. */
export function parseHierarchies(mountInfo: string): CgroupHierarchies {
  const v1 = new Map<string, string>();
  const v2: string[] = [];
  for (const line of mountInfo.split('\n')) {
    const [fields, afterDash] = line.split(' - ');
    if (fields === undefined || afterDash === undefined) continue;
    const [, , device = '', root, mountPoint = ''] = fields.split(' ');
    const type = afterDash.split(' ')[0];
    // A bind mount of a part of a hierarchy, as inside a container's view, is no root.
    if (root !== '/' && !mountPoint.startsWith(TOP)) continue;
    if (type === 'cgroup2') v2.push(mountPoint);
    else if (type === 'cgroup' && !v1.has(device)) v1.set(device, mountPoint);
  }
  // What is mounted here decides, for the OCI runtimes too: a v1 hierarchy elsewhere does not make a v2 host a mixed one.
  const unified = v2.find((path) => path === TOP || path === join(TOP, 'unified'));
  if (unified === TOP) return { mode: 'v2', roots: [TOP], unified, v1Base: undefined };
  const roots = [...v1.values(), ...(unified === undefined ? [] : [unified])];
  return { mode: unified === undefined ? 'v1' : 'hybrid', roots, unified, v1Base: TOP };
}
