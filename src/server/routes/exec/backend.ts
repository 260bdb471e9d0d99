import type { Duplex } from 'node:stream';
import type { ExecConfig, ExecInspect } from '../../../api-types/exec.ts';

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

export interface ExecStartOptions {
  readonly consoleSize: TerminalSize | undefined;
}

/** What these routes need of the engine. */
export interface ExecBackend {
  /** @returns the new exec's ID. */
  createExec(containerRef: string, config: ExecConfig): string;
  startExecDetached(id: string, options: ExecStartOptions): Promise<void>;
  startExecAttached(
    id: string,
    options: ExecStartOptions,
  ): { readonly multiplexed: boolean; serve(connection: Duplex): Promise<void> };
  inspectExec(id: string): ExecInspect;
  resizeExec(id: string, size: TerminalSize): Promise<void>;
}
