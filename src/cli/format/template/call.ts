import { goQuote } from '../../../lib/go-quote.ts';
import { type CallSite, type Final, missing } from './call-site.ts';
import { FunctionError, type GoFunction, type Parameter, parameterNames } from './functions.ts';
import { nodeText, type Operand, type TemplateNode } from './nodes.ts';
import { GoList, type GoValue, isTruthy, typeNameOf } from './values.ts';

export interface Call {
  readonly name: string;
  /** The command, or the bare name when it stands among another call's arguments. */
  readonly node: TemplateNode;
  readonly args: readonly Operand[];
  readonly final: Final;
  readonly dot: GoValue;
}

export function callFunction(site: CallSite, call: Call): GoValue {
  const { name, args, final, dot } = call;
  const definition = site.options.functions[name];
  if (definition === undefined) return site.fail(`${goQuote(name)} is not a defined function`);
  const given = args.length + (final === missing ? 0 : 1);
  const wanted = definition.parameters.length;
  const isVariadic = definition.variadic !== undefined;
  if (given < wanted || (given > wanted && !isVariadic)) site.fail(describeArity(name, wanted, isVariadic, given));
  if (name === 'and' || name === 'or') return shortCircuit(site, call);
  const values = args.map((arg, index) => argument(site, arg, dot, parameterAt(definition, index)));
  if (final !== missing) values.push(checked(site, final, parameterAt(definition, args.length)));
  try {
    return definition.call(values);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    site.at(call.node);
    return site.fail(`error calling ${name}: ${error.message}`);
  }
}

export function describeArity(name: string, wanted: number, isVariadic: boolean, given: number): string {
  return `wrong number of args for ${name}: want ${isVariadic ? 'at least ' : ''}${wanted} got ${given}`;
}

/** `and` and `or` evaluate no argument after the one that decides. */
function shortCircuit(site: CallSite, { name, args, final, dot }: Call): GoValue {
  let value: GoValue;
  for (const arg of args) {
    value = argument(site, arg, dot, 'any');
    if (isTruthy(value) === (name === 'or')) return value;
  }
  return final === missing ? value : final;
}

function parameterAt(definition: GoFunction, index: number): Parameter {
  return definition.parameters[index] ?? definition.variadic ?? 'any';
}

/** The value of an argument, checked against what the parameter accepts. */
export function argument(site: CallSite, node: Operand, dot: GoValue, parameter: Parameter): GoValue {
  site.at(node);
  if (node.kind === 'nil') {
    if (parameter === 'string' || parameter === 'int') site.fail(`cannot assign nil to ${parameterNames[parameter]}`);
    return undefined;
  }
  const isLiteral = node.kind === 'bool' || node.kind === 'number' || node.kind === 'string';
  if (isLiteral && parameter !== 'any') return literal(site, node, parameter);
  return checked(site, site.operand(node, dot), parameter);
}

function literal(site: CallSite, node: Operand, parameter: Parameter): GoValue {
  const value = site.operand(node, undefined);
  if (parameter === 'string')
    return typeof value === 'string' ? value : site.fail(`expected string; found ${nodeText(node)}`);
  if (parameter === 'int')
    return typeof value === 'bigint' ? value : site.fail(`expected integer; found ${nodeText(node)}`);
  return site.fail(`can't handle ${nodeText(node)} for arg of type ${parameterNames[parameter]}`);
}

export function checked(site: CallSite, value: GoValue, parameter: Parameter): GoValue {
  if (parameter === 'any') return value ?? null;
  if (value === undefined || value === null) {
    if (parameter === 'strings') return new GoList([], '[]string', '', true);
    return site.fail(`invalid value; expected ${parameterNames[parameter]}`);
  }
  if (parameter === 'string' && typeof value === 'string') return value;
  if (parameter === 'int' && typeof value === 'bigint') return value;
  if (parameter === 'strings' && value instanceof GoList && isStringList(value)) return value;
  return site.fail(`wrong type for value; expected ${parameterNames[parameter]}; got ${typeNameOf(value)}`);
}

/** Named list types over string, such as strslice.StrSlice, are assignable to []string. */
function isStringList(list: GoList): boolean {
  return list.zero === '';
}
