import { goQuote } from '../../../lib/go-quote.ts';

/** The parts of a parsed template. `position` is the offset that error messages point at. */
export type Operand =
  | { readonly kind: 'dot'; readonly position: number }
  | { readonly kind: 'nil'; readonly position: number }
  | { readonly kind: 'bool'; readonly position: number; readonly value: boolean }
  | { readonly kind: 'number'; readonly position: number; readonly value: bigint | number; readonly text: string }
  | { readonly kind: 'string'; readonly position: number; readonly value: string; readonly text: string }
  | { readonly kind: 'field'; readonly position: number; readonly names: readonly string[] }
  | { readonly kind: 'variable'; readonly position: number; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'identifier'; readonly position: number; readonly name: string }
  | { readonly kind: 'chain'; readonly position: number; readonly base: Operand; readonly names: readonly string[] }
  | Pipeline;

export interface Command {
  readonly kind: 'command';
  readonly position: number;
  readonly operands: readonly Operand[];
}

export interface Pipeline {
  readonly kind: 'pipeline';
  readonly position: number;
  readonly declares: readonly string[];
  /** `$x = …` rather than `$x := …`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export interface Branch {
  readonly kind: 'if' | 'range' | 'with';
  readonly position: number;
  readonly pipeline: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[] | undefined;
}

/** `{{template "name" pipeline}}`: another template's text here, with the pipeline's value as its data. */
export interface Inclusion {
  readonly kind: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly position: number; readonly pipeline: Pipeline }
  | { readonly kind: 'break' | 'continue'; readonly position: number }
  | Branch
  | Inclusion;

export type TemplateNode = Operand | Command | Inclusion;

/** The node as Go writes it back in `executing "" at <…>`. */
export function nodeText(node: TemplateNode): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
    case 'string':
      return node.text;
    case 'field':
      return dotted(node.names);
    case 'variable':
      return node.name + dotted(node.names);
    case 'identifier':
      return node.name;
    case 'chain':
      return (node.base.kind === 'pipeline' ? `(${nodeText(node.base)})` : nodeText(node.base)) + dotted(node.names);
    case 'command':
      return node.operands
        .map((operand) => (operand.kind === 'pipeline' ? `(${nodeText(operand)})` : nodeText(operand)))
        .join(' ');
    case 'pipeline':
      return pipelineText(node);
    case 'template': {
      const data = node.pipeline === undefined ? '' : ` ${pipelineText(node.pipeline)}`;
      return `{{template ${goQuote(node.name)}${data}}}`;
    }
  }
}

function pipelineText(node: Pipeline): string {
  const declared = node.declares.length > 0 ? `${node.declares.join(', ')} ${node.assigns ? '=' : ':='} ` : '';
  return declared + node.commands.map(nodeText).join(' | ');
}

function dotted(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('');
}
