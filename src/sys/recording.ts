import { SyscallError } from './syscall-error.ts';
import type { BytePath, Fd, MountRequest, SpawnRequest, Syscalls } from './syscalls.ts';

/** One call as the double saw it. */
export interface RecordedCall {
  readonly name: keyof Syscalls;
  readonly args: readonly unknown[];
}

/** Beyond what the kernel gives out: a child that has ended at once. */
const NO_PROCESS = 2 ** 22 + 1;

/** Stands in for the kernel in unit tests: keeps what was asked of it, and fails where it was told to. */
export class RecordingSyscalls implements Syscalls {
  readonly calls: RecordedCall[] = [];
  readonly #failures = new Map<keyof Syscalls, number>();
  #nextFd = 1000;

  /** The next call of that name throws `SyscallError` with this errno. */
  failNext(name: keyof Syscalls, errno: number): void {
    this.#failures.set(name, errno);
  }

  #record(name: keyof Syscalls, ...args: unknown[]): void {
    this.calls.push({ name, args });
    const errno = this.#failures.get(name);
    if (errno === undefined) return;
    this.#failures.delete(name);
    throw new SyscallError(name, errno, typeof args[0] === 'string' ? args[0] : undefined);
  }

  async mount(request: MountRequest): Promise<void> {
    this.#record('mount', request);
  }

  async unmount(target: string, flags?: number): Promise<void> {
    this.#record('unmount', target, flags);
  }

  createNetworkNamespace(path: string): void {
    this.#record('createNetworkNamespace', path);
  }

  connectSeqpacket(path: string): Fd {
    this.#record('connectSeqpacket', path);
    return this.#nextFd++;
  }

  createStreamPair(): [Fd, Fd] {
    this.#record('createStreamPair');
    return [this.#nextFd++, this.#nextFd++];
  }

  isAccepted(fd: Fd): boolean {
    this.#record('isAccepted', fd);
    return true;
  }

  shutdownRead(fd: Fd): void {
    this.#record('shutdownRead', fd);
  }

  openPidfd(pid: number): Fd {
    this.#record('openPidfd', pid);
    return this.#nextFd++;
  }

  signalPidfd(fd: Fd, signal: number): void {
    this.#record('signalPidfd', fd, signal);
  }

  async spawn(request: SpawnRequest): Promise<number> {
    this.#record('spawn', request);
    return NO_PROCESS;
  }

  reap(pid: number): number {
    this.#record('reap', pid);
    return 0;
  }

  makeNode(path: BytePath, mode: number, device: { major: number; minor: number }): void {
    this.#record('makeNode', path, mode, device);
  }

  listXattrs(path: BytePath): string[] {
    this.#record('listXattrs', path);
    return [];
  }

  getXattr(path: BytePath, name: string): Buffer {
    this.#record('getXattr', path, name);
    return Buffer.alloc(0);
  }

  setXattr(path: BytePath, name: string, value: Uint8Array): void {
    this.#record('setXattr', path, name, value);
  }

  setTimes(path: BytePath, time: { seconds: number; nanoseconds: number }): void {
    this.#record('setTimes', path, time);
  }

  spreadSubdirectories(fd: Fd): void {
    this.#record('spreadSubdirectories', fd);
  }

  syncFileSystem(fd: Fd): void {
    this.#record('syncFileSystem', fd);
  }

  createSealedFile(name: string): Fd {
    this.#record('createSealedFile', name);
    return this.#nextFd++;
  }

  trimHeap(): void {
    this.#record('trimHeap');
  }

  tryLock(fd: Fd): boolean {
    this.#record('tryLock', fd);
    return true;
  }

  enterMountNamespace(): void {
    this.#record('enterMountNamespace');
  }

  rememberRoot(): () => void {
    this.#record('rememberRoot');
    return () => undefined;
  }

  enterMountNamespaceOf(path: string): void {
    this.#record('enterMountNamespaceOf', path);
  }

  openTree(path: string): Fd {
    this.#record('openTree', path);
    return this.#nextFd++;
  }

  moveMount(tree: Fd, target: string): void {
    this.#record('moveMount', tree, target);
  }

  detachMount(target: string): void {
    this.#record('detachMount', target);
  }

  chroot(path: string): void {
    this.#record('chroot', path);
  }

  changeDirectory(fd: Fd): void {
    this.#record('changeDirectory', fd);
  }
}
