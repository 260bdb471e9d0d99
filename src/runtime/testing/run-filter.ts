const LOAD = 0x20;
const JUMP = 0x05;
const IF_EQUAL = 0x15;
const IF_GREATER = 0x25;
const IF_NOT_LESS = 0x35;
const IF_ANY_BIT = 0x45;
const AND = 0x54;
const RETURN = 0x06;
const BYTES = 8;

/**
 * What the kernel makes of a system call by a seccomp filter: classic BPF, with the instructions that libseccomp writes.
 * `data` is struct seccomp_data in words of 32 bits. Steps are counted.
 */
export function runFilter(filter: Buffer, data: readonly number[]): { answer: number; steps: number } {
  let word = 0;
  for (let place = 0, steps = 1; ; place++, steps++) {
    const code = filter.readUInt16LE(place * BYTES);
    const [jt, jf] = [filter.readUInt8(place * BYTES + 2), filter.readUInt8(place * BYTES + 3)];
    const k = filter.readUInt32LE(place * BYTES + 4);
    if (code === LOAD) word = data[k / 4] ?? 0;
    else if (code === AND) word = (word & k) >>> 0;
    else if (code === JUMP) place += k;
    else if (code === IF_EQUAL) place += word === k ? jt : jf;
    else if (code === IF_GREATER) place += word > k ? jt : jf;
    else if (code === IF_NOT_LESS) place += word >= k ? jt : jf;
    else if (code === IF_ANY_BIT) place += (word & k) === 0 ? jf : jt;
    else if (code === RETURN) return { answer: k, steps };
    else throw new Error(`instruction ${code}`);
  }
}
