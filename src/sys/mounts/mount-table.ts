/** Where a process finds the mounts of its own namespace; what `/etc/mtab` points to in every container. */
export const MOUNT_TABLE = '/proc/mounts';

/** Where every container has file systems of the kernel's own. */
export const KERNEL_PLACES: readonly string[] = ['/dev', '/proc', '/sys'];
