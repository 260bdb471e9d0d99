/**
 * By which other processes of this host open what one of our descriptors stands for, whatever has become of its path.
 * Good for as long as the descriptor is open.
 */
export function descriptorPath(fd: number): string {
  return `/proc/${process.pid}/fd/${fd}`;
}
