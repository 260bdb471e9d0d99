import { invalidArgument } from '../../errors/engine-error.ts';
import type { RunCommand } from '../parse/command.ts';
import { heredocText, parseHeredocMark } from '../parse/heredoc.ts';
import { planMounts } from './plan-mounts.ts';
import { proxyEnvironment } from './proxy-arguments.ts';
import type { StepPlanner } from './step-context.ts';

/** Where scripts given as heredocs are mounted. */
const SCRIPTS = '/dev/pipes';

export const planRun: StepPlanner<RunCommand> = (context, command, { sources }) => {
  const { plan, state } = context;
  const { script, words } = commandOf(command);
  if (!command.line.isShell && words.length === 0) throw invalidArgument('arguments are required');
  const argv = command.line.isShell ? [...state.shell, words.join(' ')] : words;
  if (command.network === 'host' && plan.options.allowHostNetwork !== true) {
    throw invalidArgument('network.host is not allowed');
  }
  const createdBy = ['RUN', ...state.argsText, ...argv, '# buildkit'].join(' ');
  plan.budget.spend(createdBy.length);
  return {
    kind: 'run',
    argv,
    env: state.env,
    proxyEnv: proxyEnvironment(plan.buildArgs),
    cwd: state.workdir,
    user: state.user,
    network: command.network,
    mounts: planMounts(context, command, sources),
    script,
    createdBy,
  };
};

/**
 * A heredoc alone is the script itself: with `#!` a file that is run, else what the shell is given. One among other
 * words is put back together, for the shell to understand.
 */
function commandOf({ line, instruction }: RunCommand): {
  readonly words: readonly string[];
  readonly script: { readonly path: string; readonly content: string } | undefined;
} {
  const [first] = instruction.heredocs;
  const [text = ''] = line.words;
  if (first === undefined || !line.isShell) return { words: line.words, script: undefined };
  if (parseHeredocMark(text) === undefined) {
    const contents = instruction.heredocs.map(({ content, name }) => `\n${content}${name}`);
    return { words: [text + contents.join('')], script: undefined };
  }
  const content = heredocText(first);
  if (!content.startsWith('#!')) return { words: [content], script: undefined };
  const path = `${SCRIPTS}/${first.name}`;
  return { words: [path], script: { path, content } };
}
