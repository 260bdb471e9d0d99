import { goQuote } from '../../../lib/go-quote.ts';
import { callFunction } from './call.ts';
import { type CallSite, type EvaluateOptions, type Final, missing } from './call-site.ts';
import {
  type Branch,
  type Command,
  type Inclusion,
  nodeText,
  type Operand,
  type Pipeline,
  type Statement,
  type TemplateNode,
} from './nodes.ts';
import { printResult, printValue } from './print-value.ts';
import { readField, staticTypeWithin } from './read-field.ts';
import { TemplateError } from './template-error.ts';
import { GoList, GoMap, type GoValue, isTruthy } from './values.ts';

/** What a template failed with, and all that it had printed until then. */
export class EvaluateError extends TemplateError {
  readonly partialOutput: string;

  constructor(message: string, partialOutput: string) {
    super(message);
    this.partialOutput = partialOutput;
  }
}

export function evaluate(statements: readonly Statement[], data: GoValue, options: EvaluateOptions): string {
  return new Evaluation(data, options).run(statements);
}

const INTEGER_LIMIT = 2n ** 63n - 1n;

/** Far more than a sensible template needs, and little enough for the stack. */
const MAXIMUM_DEPTH = 500;

type Flow = 'next' | 'break' | 'continue';

class Evaluation implements CallSite {
  readonly options: EvaluateOptions;
  readonly #data: GoValue;
  #variables: { name: string; value: GoValue }[];
  #templateName: string;
  #depth = 0;
  #node: TemplateNode | undefined;
  #out = '';

  constructor(data: GoValue, options: EvaluateOptions) {
    this.options = options;
    this.#data = data;
    this.#variables = [{ name: '$', value: data }];
    this.#templateName = options.name;
  }

  run(statements: readonly Statement[]): string {
    this.#walk(statements, this.#data);
    return this.#out;
  }

  at(node: TemplateNode): void {
    this.#node = node;
  }

  fail(message: string): never {
    const { name, source } = this.options;
    if (this.#node === undefined) throw new EvaluateError(`template: ${name}: ${message}`, this.#out);
    const before = source.slice(0, this.#node.position);
    const line = before.split('\n').length;
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
    const where = `template: ${name}:${line}:${column}: executing ${goQuote(this.#templateName)} at <${nodeText(this.#node)}>`;
    throw new EvaluateError(`${where}: ${message}`, this.#out);
  }

  #walk(statements: readonly Statement[], dot: GoValue): Flow {
    for (const statement of statements) {
      const flow = this.#step(statement, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #step(statement: Statement, dot: GoValue): Flow {
    switch (statement.kind) {
      case 'text':
        this.#out += statement.text;
        return 'next';
      case 'action': {
        const value = this.pipeline(statement.pipeline, dot);
        if (statement.pipeline.declares.length === 0) this.#out += printResult(value);
        return 'next';
      }
      case 'break':
      case 'continue':
        return statement.kind;
      case 'template':
        this.#include(statement, dot);
        return 'next';
      case 'range':
        return this.#scoped(() => this.#range(statement, dot));
      case 'if':
      case 'with':
        return this.#scoped(() => this.#choose(statement, dot));
    }
  }

  #include(inclusion: Inclusion, dot: GoValue): void {
    this.at(inclusion);
    const body = this.options.definitions.get(inclusion.name);
    if (body === undefined) return this.fail(`template ${goQuote(inclusion.name)} not defined`);
    if (this.#depth >= MAXIMUM_DEPTH) this.fail(`exceeded maximum template depth (${MAXIMUM_DEPTH})`);
    const data = inclusion.pipeline === undefined ? undefined : this.pipeline(inclusion.pipeline, dot);
    const outer = { variables: this.#variables, name: this.#templateName };
    this.#variables = [{ name: '$', value: data }];
    this.#templateName = inclusion.name;
    this.#depth++;
    this.#walk(body, data);
    this.#depth--;
    this.#variables = outer.variables;
    this.#templateName = outer.name;
  }

  #scoped<T>(body: () => T): T {
    const outer = this.#variables.length;
    const result = body();
    this.#variables.length = outer;
    return result;
  }

  #choose(branch: Branch, dot: GoValue): Flow {
    const value = this.pipeline(branch.pipeline, dot);
    if (isTruthy(value)) return this.#walk(branch.body, branch.kind === 'with' ? value : dot);
    return branch.otherwise === undefined ? 'next' : this.#walk(branch.otherwise, dot);
  }

  #range(branch: Branch, dot: GoValue): Flow {
    const value = this.pipeline(branch.pipeline, dot);
    const { declares, assigns } = branch.pipeline;
    let iterated = false;
    for (const [key, item] of this.#iterate(value)) {
      iterated = true;
      const bound: [string | undefined, GoValue][] =
        declares.length > 1
          ? [
              [declares[0], key],
              [declares[1], item],
            ]
          : [[declares[0], item]];
      for (const [name, bindTo] of bound) if (name !== undefined) this.#assign(name, bindTo);
      const flow = this.#scoped(() => this.#walk(branch.body, item));
      if (flow === 'break') break;
    }
    if (assigns) this.at(branch.pipeline);
    if (iterated || branch.otherwise === undefined) return 'next';
    return this.#walk(branch.otherwise, dot);
  }

  #iterate(value: GoValue): Iterable<[GoValue, GoValue]> {
    if (value === undefined || value === null) return [];
    if (value instanceof GoList) return value.items.map((item, index) => [BigInt(index), item]);
    if (value instanceof GoMap) return value.sortedKeys().map((key) => [key, value.entries.get(key)]);
    if (typeof value === 'bigint') {
      return Array.from({ length: Math.max(0, Number(value)) }, (_item, index) => [BigInt(index), BigInt(index)]);
    }
    return this.fail(`range can't iterate over ${printValue(value)}`);
  }

  pipeline(pipeline: Pipeline, dot: GoValue): GoValue {
    this.at(pipeline);
    let value: Final = missing;
    for (const command of pipeline.commands) {
      const result = this.#command(command, dot, value);
      // A nil interface that leaves a command is Go's invalid value from there on.
      value = result === null ? undefined : result;
    }
    const result = value === missing ? undefined : value;
    for (const name of pipeline.declares) {
      if (pipeline.assigns) this.#assign(name, result);
      else this.#variables.push({ name, value: result });
    }
    return result;
  }

  #command(command: Command, dot: GoValue, final: Final): GoValue {
    const first = command.operands[0];
    if (first === undefined) return this.fail('empty command');
    const args = command.operands.slice(1);
    switch (first.kind) {
      case 'field':
      case 'chain':
      case 'variable':
        return this.#path(first, dot, args, final);
      case 'identifier':
        this.at(first);
        return callFunction(this, { name: first.name, node: command, args, final, dot });
      case 'pipeline':
        this.#refuseArguments(first, args, final);
        return this.pipeline(first, dot);
      default:
        this.at(first);
        this.#refuseArguments(first, args, final);
        if (first.kind === 'nil') return this.fail('nil is not a command');
        return this.#constant(first, dot);
    }
  }

  /** The value of an operand in argument position. */
  operand(node: Operand, dot: GoValue): GoValue {
    this.at(node);
    switch (node.kind) {
      case 'field':
      case 'chain':
      case 'variable':
        return this.#path(node, dot, [], missing);
      case 'identifier':
        return callFunction(this, { name: node.name, node, args: [], final: missing, dot });
      case 'pipeline':
        return this.pipeline(node, dot);
      default:
        return this.#constant(node, dot);
    }
  }

  #constant(node: Operand, dot: GoValue): GoValue {
    switch (node.kind) {
      case 'dot':
        return dot;
      case 'number':
        if (typeof node.value === 'bigint' && node.value > INTEGER_LIMIT) this.fail(`${node.text} overflows int`);
        return node.value;
      case 'bool':
      case 'string':
        return node.value;
      default:
        return null;
    }
  }

  #path(
    node: Extract<Operand, { kind: 'field' | 'chain' | 'variable' }>,
    dot: GoValue,
    args: readonly Operand[],
    final: Final,
  ): GoValue {
    this.at(node);
    let value: GoValue;
    if (node.kind === 'field') value = dot;
    else if (node.kind === 'variable') value = this.#variable(node.name);
    else {
      if (node.base.kind === 'nil') this.fail(`indirection through explicit nil in ${nodeText(node)}`);
      value = this.operand(node.base, dot);
    }
    if (node.names.length === 0) {
      this.#refuseArguments(node, args, final);
      return value;
    }
    let staticType: string | undefined;
    node.names.forEach((name, index) => {
      const isLast = index === node.names.length - 1;
      const receiver = value;
      value = readField(this, {
        receiver,
        staticType,
        name,
        node,
        args: isLast ? args : [],
        final: isLast ? final : missing,
        dot,
      });
      staticType = staticTypeWithin(receiver);
    });
    return value;
  }

  #refuseArguments(node: Operand, args: readonly Operand[], final: Final): void {
    if (args.length > 0 || final !== missing) this.fail(`can't give argument to non-function ${nodeText(node)}`);
  }

  #variable(name: string): GoValue {
    const found = this.#variables.findLast((variable) => variable.name === name);
    return found === undefined ? this.fail(`undefined variable: ${name}`) : found.value;
  }

  #assign(name: string, value: GoValue): void {
    const found = this.#variables.findLast((variable) => variable.name === name);
    if (found === undefined) this.fail(`undefined variable: ${name}`);
    else found.value = value;
  }
}
