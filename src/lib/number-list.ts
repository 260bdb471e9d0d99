/**
 * Lists of numbers as the kernel writes those of processors and memory nodes: `0-3,8`.
 * @returns undefined for what is no such list. An empty text is an empty one.
 */
export function parseNumberList(text: string): ReadonlySet<number> | undefined {
  const numbers = new Set<number>();
  for (const part of text === '' ? [] : text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first)) return undefined;
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  return numbers;
}
