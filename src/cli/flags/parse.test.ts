import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bool, integer, list, string } from './kinds.ts';
import { FlagError, parseFlags } from './parse.ts';

const flags = {
  interactive: bool('', { short: 'i' }),
  tty: bool('', { short: 't' }),
  proxy: bool('', { initial: true }),
  name: string(''),
  network: list('', { aliases: ['net'] }),
  env: list('', { short: 'e' }),
  timeout: integer('', { deprecatedAliases: ['time'] }),
};

function failure(argv: string[]): string {
  try {
    parseFlags(argv, flags, true);
  } catch (error) {
    assert.ok(error instanceof FlagError);
    return error.message;
  }
  return assert.fail('the flags were accepted');
}

test('values are taken from the next word, after an equals sign, and directly behind a letter', () => {
  const { values } = parseFlags(['--name', 'a', '-e', '1', '-e2', '-e=3', '--env=4=5'], flags, true);
  assert.equal(values.name, 'a');
  assert.deepEqual(values.env, ['1', '2', '3', '4=5']);
});

test('switches combine, the last of them may take a value', () => {
  const { values } = parseFlags(['-iteA=1'], flags, true);
  assert.deepEqual([values.interactive, values.tty, values.env], [true, true, ['A=1']]);
});

test('a switch takes a value only after an equals sign', () => {
  const parsed = parseFlags(['--proxy=false', '--tty', 'false'], flags, true);
  assert.deepEqual([parsed.values.proxy, parsed.values.tty, parsed.args], [false, true, ['false']]);
});

test('flags may follow arguments only in commands that allow it', () => {
  assert.deepEqual(parseFlags(['a', '-i', 'b'], flags, true).args, ['a', 'b']);
  const strict = parseFlags(['-t', 'a', '-i', 'b'], flags, false);
  assert.deepEqual([strict.args, strict.values.interactive, strict.values.tty], [['a', '-i', 'b'], false, true]);
});

test('two dashes end the flags and a single dash is an argument', () => {
  assert.deepEqual(parseFlags(['-', '--', '-i', '--'], flags, true).args, ['-', '-i', '--']);
});

test('another name of a flag means the same, and an old one is noted', () => {
  const parsed = parseFlags(['--net=x', '--time', '3'], flags, true);
  assert.deepEqual([parsed.values.network, parsed.values.timeout], [['x'], 3]);
  assert.deepEqual(parsed.notes, ['Flag --time has been deprecated, use --timeout instead']);
});

test('what was given is known apart from what it was', () => {
  const { changed } = parseFlags(['--name', ''], flags, true);
  assert.deepEqual([...changed], ['name']);
});

test('mistakes are described in the words of pflag', () => {
  assert.equal(failure(['--nope']), 'unknown flag: --nope');
  assert.equal(failure(['-ix']), "unknown shorthand flag: 'x' in -x");
  assert.equal(failure(['--name']), 'flag needs an argument: --name');
  assert.equal(failure(['-ie']), "flag needs an argument: 'e' in -e");
  assert.equal(failure(['--=x']), 'bad flag syntax: --=x');
  assert.equal(failure(['---x']), 'bad flag syntax: ---x');
  assert.equal(
    failure(['--tty=maybe']),
    'invalid argument "maybe" for "-t, --tty" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  );
});

test('help is recognised in both forms unless the letter means something else', () => {
  assert.equal(parseFlags(['--help'], flags, true).help, 'long');
  assert.equal(parseFlags(['-h'], flags, true).help, 'short');
  assert.equal(parseFlags(['-h', 'x'], { hostname: string('', { short: 'h' }) }, true).help, 'none');
});
