import { dirname } from 'node:path';

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
  const v2 = new Map<string, string>();
  for (const line of mountInfo.split('\n')) {
    const [fields, afterDash] = line.split(' - ');
    if (fields === undefined || afterDash === undefined) continue;
    const [, , device = '', root, mountPoint = ''] = fields.split(' ');
    const type = afterDash.split(' ')[0];
    // A bind mount of a part of a hierarchy, as inside a container's view, is no root.
    if (root !== '/' && !mountPoint.startsWith('/sys/fs/cgroup')) continue;
    const kind = type === 'cgroup' ? v1 : type === 'cgroup2' ? v2 : undefined;
    if (kind !== undefined && !kind.has(device)) kind.set(device, mountPoint);
  }
  const unified = [...v2.values()][0];
  const firstV1 = [...v1.values()][0];
  return {
    mode: v1.size === 0 ? 'v2' : unified === undefined ? 'v1' : 'hybrid',
    roots: [...v1.values(), ...v2.values()],
    unified,
    v1Base: firstV1 === undefined ? undefined : dirname(firstV1),
  };
}
