import { runChild } from '../../sys/processes/child.ts';
import { droppedTable, renderTable, type TableContent } from './table.ts';

/** Puts the table in place of what was there by its name, in one step: no packet sees half of it. */
export async function applyTable(table: string, content: TableContent): Promise<void> {
  await runChild('nft', ['-f', '-'], { stdin: renderTable(table, content) });
}

/** Idempotent. */
export async function removeTable(table: string): Promise<void> {
  await runChild('nft', ['-f', '-'], { stdin: droppedTable(table) });
}
