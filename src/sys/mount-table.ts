/** Where a process finds the mounts of its own namespace; what `/etc/mtab` points to in every container. */
export const MOUNT_TABLE = '/proc/mounts';
