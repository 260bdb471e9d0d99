import { readLines } from './lines.ts';

/** The JSON values of a stream that holds one a line, or one behind the other as Go's encoder writes them. */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  for await (const line of readLines(chunks)) yield JSON.parse(line);
}
