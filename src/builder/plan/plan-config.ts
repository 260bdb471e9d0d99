import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { ImageRunConfig } from '../../images/image-store.ts';
import { formatGoDuration } from '../../lib/go-duration.ts';
import { goQuote } from '../../lib/go-quote.ts';
import { parseSignal } from '../../lib/signals.ts';
import type {
  ArgCommand,
  HealthcheckCommand,
  HealthcheckConfig,
  ListCommand,
  OnbuildCommand,
  PairsCommand,
  ProcessCommand,
  TextCommand,
} from '../parse/command.ts';
import type { Instruction } from '../parse/dockerfile.ts';
import { expandWord } from '../parse/expand-word.ts';
import { absolutePath } from './clean-path.ts';
import { parseExposedPorts } from './exposed-ports.ts';
import { ownValue } from './global-arguments.ts';
import { goQuoteList, goQuoteRune } from './go-format.ts';
import { lintPairs, lintSecretName, lintUsedOnce } from './lint-steps.ts';
import type { StepContext, StepPlanner } from './step-context.ts';
import { expandValue, reportUndefined } from './step-context.ts';

export const planPairs: StepPlanner<PairsCommand> = (context, command) => {
  const { instruction, kind } = command;
  const { state, plan } = context;
  const pairs = command.pairs.map(({ key, value }) => ({
    key: expandValue(context, instruction, key),
    value: expandValue(context, instruction, value),
  }));
  lintPairs(
    plan.linter,
    command,
    pairs.map(({ key }) => key),
  );
  if (kind === 'env') state.addEnv(pairs);
  else {
    const labels = state.config.Labels ?? {};
    plan.budget.spendEntries(Object.keys(labels).length);
    const added = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    state.config = { ...state.config, Labels: { ...labels, ...added } };
  }
  const texts = pairs.map(({ key, value }) => `${key}=${value}`);
  return { kind: 'config', createdBy: [kind.toUpperCase(), ...texts].join(' ') };
};

export const planArg: StepPlanner<ArgCommand> = (context, { instruction, definitions }) => {
  const { plan, state } = context;
  const texts = definitions.map(({ key, value: written }) => {
    lintSecretName(plan.linter, instruction, 'ARG', key);
    const fallback = written === undefined ? undefined : defaultValue(context, instruction, key, written);
    plan.usedArgs.add(key);
    state.addArg(key, ownValue(plan.buildArgs, key) ?? fallback ?? plan.globals.get(key));
    // The history tells the default only: what the request gives is shown where it is used.
    return fallback === undefined ? key : `${key}=${fallback}`;
  });
  return { kind: 'config', createdBy: ['ARG', ...texts].join(' ') };
};

/** Expanded; a default that the request's value makes void may be broken. */
function defaultValue(context: StepContext, instruction: Instruction, key: string, written: string): string {
  try {
    return expandValue(context, instruction, written);
  } catch (error) {
    if (isEngineError(error) && ownValue(context.plan.buildArgs, key) !== undefined) return written;
    throw error;
  }
}

export const planProcess: StepPlanner<ProcessCommand> = ({ plan, state }, command) => {
  const { kind, line, instruction } = command;
  if (kind === 'shell') {
    state.config = { ...state.config, Shell: line.words };
    return { kind: 'config', createdBy: `SHELL [${line.words.join(' ')}]` };
  }
  lintUsedOnce(plan.linter, state, kind, instruction);
  if (line.isShell && !state.config.Shell?.length) {
    const message = `JSON arguments recommended for ${instruction.writtenKeyword} to prevent unintended behavior related to OS signals`;
    plan.linter.warn('JSONArgsRecommended', message, instruction);
  }
  const words = line.isShell ? [...state.shell, line.words.join(' ')] : line.words;
  if (kind === 'cmd') {
    state.config = { ...withList(state.config, 'Cmd', words), ArgsEscaped: true };
    return { kind: 'config', createdBy: `CMD ${goQuoteList(words)}` };
  }
  state.config = withList(state.config, 'Entrypoint', words);
  // A CMD of an image below was meant for that image's ENTRYPOINT.
  if (!state.seen.has('cmd')) state.config = withList(state.config, 'Cmd', []);
  return { kind: 'config', createdBy: `ENTRYPOINT ${goQuoteList(words)}` };
};

/** An empty list is none. */
function withList(config: ImageRunConfig, key: 'Cmd' | 'Entrypoint', words: readonly string[]): ImageRunConfig {
  const { [key]: _, ...others } = config;
  return words.length === 0 ? others : { ...others, [key]: words };
}

export const planHealthcheck: StepPlanner<HealthcheckCommand> = ({ plan, state }, { instruction, config }) => {
  lintUsedOnce(plan.linter, state, 'healthcheck', instruction);
  state.config = { ...state.config, Healthcheck: config };
  return { kind: 'config', createdBy: `HEALTHCHECK ${healthcheckText(config)}` };
};

function healthcheckText({ Test, Retries = 0, ...times }: HealthcheckConfig): string {
  const { Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0 } = times;
  const durations = [Interval, Timeout, StartPeriod, StartInterval].map((time) => goQuote(formatGoDuration(time)));
  return `&{${[goQuoteList(Test), ...durations, goQuoteRune(Retries)].join(' ')}}`;
}

export const planList: StepPlanner<ListCommand> = (context, command) =>
  command.kind === 'volume' ? planVolume(context, command) : planExpose(context, command);

function planVolume(context: StepContext, { instruction, items }: ListCommand): ReturnType<typeof planText> {
  const { state, plan } = context;
  const volumes = items.map((item) => expandValue(context, instruction, item));
  if (volumes.includes('')) throw invalidArgument('VOLUME specified can not be an empty string');
  const before = state.config.Volumes ?? {};
  plan.budget.spendEntries(Object.keys(before).length);
  state.config = { ...state.config, Volumes: { ...before, ...asSet(volumes) } };
  return { kind: 'config', createdBy: `VOLUME [${volumes.join(' ')}]` };
}

function planExpose(context: StepContext, { instruction, items }: ListCommand): ReturnType<typeof planText> {
  const { state, plan } = context;
  const { escape, budget, linter } = plan;
  const words = items.flatMap((item) => {
    const { words: found, unmatched } = expandWord(item, { escape, variables: state.variables, budget });
    reportUndefined(plan, state, instruction, unmatched);
    return found;
  });
  const ports = parseExposedPorts(words, budget, (rule, message) => linter.warn(rule, message, instruction));
  const before = state.config.ExposedPorts ?? {};
  budget.spendEntries(Object.keys(before).length);
  state.config = { ...state.config, ExposedPorts: { ...before, ...asSet(ports) } };
  budget.spendEntries(ports.length);
  const texts = [...new Set(ports)].toSorted().map((port) => `${port}:{}`);
  return { kind: 'config', createdBy: `EXPOSE map[${texts.join(' ')}]` };
}

function asSet(keys: readonly string[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

export const planText: StepPlanner<TextCommand> = (context, { kind, text, instruction }) => {
  const { state } = context;
  if (kind === 'maintainer') {
    state.author = text;
    return { kind: 'config', createdBy: `MAINTAINER ${text}` };
  }
  const value = expandValue(context, instruction, text);
  if (kind === 'workdir') return planWorkdir(context, instruction, value);
  if (kind === 'user') {
    state.config = { ...state.config, User: value };
    return { kind: 'config', createdBy: `USER ${value}` };
  }
  if (parseSignal(value) === undefined) throw invalidArgument(`invalid signal: ${value}`);
  state.config = { ...state.config, StopSignal: value };
  return { kind: 'config', createdBy: `STOPSIGNAL ${value}` };
};

function planWorkdir(
  { plan, state }: StepContext,
  instruction: Instruction,
  written: string,
): ReturnType<typeof planText> {
  if (!state.hasWorkdir && !written.startsWith('/')) {
    const message = `Relative workdir ${JSON.stringify(written)} can have unexpected results if the base image changes`;
    plan.linter.warn('WorkdirRelativePath', message, instruction);
  }
  const path = absolutePath(state.workdir, written);
  state.hasWorkdir = true;
  state.config = { ...state.config, WorkingDir: path };
  const createdBy = `WORKDIR ${path}`;
  return path === '/' ? { kind: 'config', createdBy } : { kind: 'workdir', path, user: state.user, createdBy };
}

export const planOnbuild: StepPlanner<OnbuildCommand> = ({ plan, state }, { trigger }) => {
  const before = state.config.OnBuild ?? [];
  plan.budget.spendEntries(before.length);
  state.config = { ...state.config, OnBuild: [...before, trigger] };
  return { kind: 'config', createdBy: undefined };
};
