import { goQuote } from '../../../lib/go-quote.ts';
import { argument, checked, describeArity } from './call.ts';
import { type CallSite, type Final, missing } from './call-site.ts';
import type { Operand } from './nodes.ts';
import { GoMap, GoNilPointer, GoObject, GoStruct, type GoValue, textOf, typeNameOf } from './values.ts';

export interface FieldAccess {
  readonly receiver: GoValue;
  /** Go's type of the place that the receiver was read from, where it is less than the value's own. */
  readonly staticType?: string | undefined;
  readonly name: string;
  readonly node: Operand;
  readonly args: readonly Operand[];
  /** What was piped in. */
  readonly final: Final;
  readonly dot: GoValue;
}

/** `.Name` on a value: a method, a struct's field or a map's entry, with Go's complaints when it is none of them. */
export function readField(site: CallSite, access: FieldAccess): GoValue {
  const { receiver, name } = access;
  const hasArguments = access.args.length > 0 || access.final !== missing;
  if (receiver === undefined) {
    if (site.options.missingKeyIsError) site.fail(`nil data; no entry for key ${goQuote(name)}`);
    return undefined;
  }
  if (receiver === null) return site.fail(`nil pointer evaluating interface {}.${name}`);
  if (receiver instanceof GoObject) return callMethod(site, receiver, access);
  const owner = receiver instanceof GoStruct ? receiver.ownerOf(name) : undefined;
  if (owner !== undefined) {
    if (hasArguments) site.fail(`${name} has arguments but cannot be invoked as function`);
    return owner.fields.get(name);
  }
  if (receiver instanceof GoMap && receiver.keyType === 'string') {
    if (hasArguments) site.fail(`${name} is not a method but has arguments`);
    if (receiver.entries.has(name)) return receiver.entries.get(name);
    if (site.options.missingKeyIsError) site.fail(`map has no entry for key ${goQuote(name)}`);
    return undefined;
  }
  if (receiver instanceof GoNilPointer) return site.fail(`nil pointer evaluating ${receiver.typeName}.${name}`);
  return site.fail(`can't evaluate field ${name} in type ${access.staticType ?? typeNameOf(receiver)}`);
}

/** The type of what a field access on the value yields, when Go only knows it to be an interface. */
export function staticTypeWithin(container: GoValue): string | undefined {
  return container instanceof GoMap && container.typeName === 'map[string]interface {}' ? 'interface {}' : undefined;
}

function callMethod(site: CallSite, receiver: GoObject, access: FieldAccess): GoValue {
  const method = receiver.methods[access.name];
  if (method === undefined) {
    if (receiver.missingIsNoValue) return undefined;
    return site.fail(`can't evaluate field ${access.name} in type ${typeNameOf(receiver)}`);
  }
  const given = access.args.length + (access.final === missing ? 0 : 1);
  if (given !== method.takes) site.fail(describeArity(access.name, method.takes, false, given));
  const [node] = access.args;
  if (node !== undefined) return method.call(textOf(argument(site, node, access.dot, 'string')));
  return method.call(access.final === missing ? '' : textOf(checked(site, access.final, 'string')));
}
