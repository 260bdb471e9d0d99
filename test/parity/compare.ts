import type { Json } from './normalise.ts';

/** One field in which two answers differ. */
export interface Difference {
  /** Where, as `step.body.State.Pid`; list items as `[0]`. */
  readonly path: string;
  readonly docker: string;
  readonly skiff: string;
}

const ABSENT = '(absent)';

/** Every field that only one side has, or that has another value; `null` and an absent field are different. */
export function compare(path: string, docker: Json | undefined, skiff: Json | undefined): Difference[] {
  if (isObject(docker) && isObject(skiff)) {
    const keys = [...new Set([...Object.keys(docker), ...Object.keys(skiff)])];
    return keys.flatMap((key) => compare(`${path}.${key}`, docker[key], skiff[key]));
  }
  if (Array.isArray(docker) && Array.isArray(skiff)) {
    const length = Math.max(docker.length, skiff.length);
    return Array.from({ length }, (_, index) => compare(`${path}[${index}]`, docker[index], skiff[index])).flat();
  }
  const [left, right] = [show(docker), show(skiff)];
  return left === right ? [] : [{ path, docker: left, skiff: right }];
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: Json | undefined): string {
  return value === undefined ? ABSENT : JSON.stringify(value);
}
