import { FunctionError, type GoFunction } from './functions.ts';
import { printValue } from './print-value.ts';
import {
  compareBytes,
  GoDuration,
  GoList,
  GoMap,
  GoNilPointer,
  type GoValue,
  JsonNumber,
  typeNameOf,
} from './values.ts';

type Basic =
  | { kind: 'bool'; value: boolean }
  | { kind: 'string'; value: string }
  | { kind: 'int'; value: bigint }
  | { kind: 'float'; value: number };

function basic(value: GoValue): Basic | undefined {
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'bigint') return { kind: 'int', value };
  if (typeof value === 'number') return { kind: 'float', value };
  if (value instanceof JsonNumber) return { kind: 'string', value: value.text };
  if (value instanceof GoDuration) return { kind: 'int', value: value.nanoseconds };
  return undefined;
}

function isNil(value: GoValue): boolean {
  if (value instanceof GoList || value instanceof GoMap) return value.isNil;
  return value === undefined || value === null || value instanceof GoNilPointer;
}

function isEqual(left: GoValue, right: GoValue): boolean {
  const [first, second] = [basic(left), basic(right)];
  if (first?.kind !== second?.kind) {
    if (left !== undefined && left !== null && right !== undefined && right !== null) {
      throw new FunctionError('incompatible types for comparison');
    }
    return false;
  }
  if (first !== undefined && second !== undefined) return first.value === second.value;
  if (isNil(left) || isNil(right)) return isNil(left) === isNil(right);
  if (left instanceof GoList || left instanceof GoMap) {
    throw new FunctionError(`non-comparable type ${printValue(left)}: ${typeNameOf(right)}`);
  }
  return left === right;
}

function isLess(left: GoValue, right: GoValue): boolean {
  const [first, second] = [basic(left), basic(right)];
  if (first === undefined || second === undefined) throw new FunctionError('invalid type for comparison');
  if (first.kind !== second.kind) throw new FunctionError('incompatible types for comparison');
  if (first.kind === 'bool') throw new FunctionError('invalid type for comparison');
  if (first.kind === 'string') return compareBytes(first.value, String(second.value)) < 0;
  if (first.kind === 'int') return first.value < BigInt(second.value);
  return first.value < Number(second.value);
}

function ordering(test: (left: GoValue, right: GoValue) => boolean): GoFunction {
  return { parameters: ['any', 'any'], call: ([left, right]) => test(left, right) };
}

/** eq takes any number of arguments and asks whether the first equals one of the others. */
export const comparisons: Readonly<Record<string, GoFunction>> = {
  eq: {
    parameters: ['any'],
    variadic: 'any',
    call: ([left, ...others]) => {
      if (others.length === 0) throw new FunctionError('missing argument for comparison');
      return others.some((right) => isEqual(left, right));
    },
  },
  ne: ordering((left, right) => !isEqual(left, right)),
  lt: ordering(isLess),
  le: ordering((left, right) => isLess(left, right) || isEqual(left, right)),
  gt: ordering((left, right) => !(isLess(left, right) || isEqual(left, right))),
  ge: ordering((left, right) => !isLess(left, right)),
};
