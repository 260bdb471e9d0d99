import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from './config.ts';
import { parseArguments } from './parse-arguments.ts';

function refusal(...argv: string[]): string {
  try {
    resolveConfig(parseArguments(argv));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was refused';
}

test('flags come in every form that dockerd takes', () => {
  const config = resolveConfig(
    parseArguments([
      '--data-root',
      '/a',
      '--exec-root=/b',
      '-H',
      'unix:///c',
      '-Htcp://:99',
      '-D',
      '--icc=false',
      '-l=warn',
    ]),
  );
  assert.equal(config.dataRoot, '/a');
  assert.equal(config.execRoot, '/b');
  assert.deepEqual(config.hosts, [
    { kind: 'unix', path: '/c' },
    { kind: 'tcp', address: '0.0.0.0', port: 99 },
  ]);
  assert.equal(config.logLevel, 'debug');
  assert.equal(config.interContainerCommunication, false);
});

test('without flags everything is at its default place, and the tag is empty', () => {
  const config = resolveConfig(parseArguments([]));
  assert.equal(config.dataRoot, '/var/lib/skiff');
  assert.equal(config.execRoot, '/run/skiff');
  assert.deepEqual(config.hosts, [{ kind: 'unix', path: '/run/skiff.sock' }]);
  assert.equal(config.tag, '');
  assert.match(resolveConfig(parseArguments(['--data-root', '/other'])).tag, /^[0-9a-f]{8}$/);
});

test('an unknown flag is refused with the nearest one', () => {
  assert.equal(refusal('--data-rot=/x'), 'unknown flag: --data-rot: did you mean --data-root?');
  assert.equal(refusal('--zzzzzz'), 'unknown flag: --zzzzzz');
  assert.equal(refusal('-x'), "unknown shorthand flag: 'x' in -x");
  assert.equal(refusal('--host'), 'flag needs an argument: --host');
  assert.match(refusal('start'), /takes flags only/);
});

test("values that make no sense are refused with dockerd's texts", () => {
  const cases: [string[], string][] = [
    [['--label', 'a'], 'invalid argument "a" for "--label" flag: bad attribute format: a'],
    [
      ['-H', 'foo://x'],
      'invalid argument "foo://x" for "-H, --host" flag: invalid bind address (foo://x): unsupported proto \'foo\'',
    ],
    [['--icc=maybe'], 'invalid argument "maybe" for "--icc" flag: strconv.ParseBool: parsing "maybe": invalid syntax'],
    [['--ip', 'x'], 'invalid argument "x" for "--ip" flag: failed to parse IP: "x"'],
    [['--dns', 'x'], 'invalid argument "x" for "--dns" flag: invalid string being converted to IP address: x'],
    [['--log-level', 'foo'], 'invalid argument "foo" for "-l, --log-level" flag: invalid logging level: foo'],
    [
      ['--registry-mirror', 'x'],
      'invalid argument "x" for "--registry-mirror" flag: invalid mirror: unsupported scheme "" in "x"',
    ],
    [
      ['--registry-mirror', 'http://x/path?q=1'],
      'invalid argument "http://x/path?q=1" for "--registry-mirror" flag: invalid mirror: query or fragment at end of the URI "http://x/path?q=1"',
    ],
    ...['10.0.0.0/99', 'fd00::/129', 'x/8', 'a:99999'].map((value): [string[], string] => [
      ['--insecure-registry', value],
      `invalid argument "${value}" for "--insecure-registry" flag: insecure registry ${value} is not valid: invalid host "${value}"`,
    ]),
    [['--default-runtime', 'x'], "specified default runtime 'x' does not exist"],
    [['--log-driver', 'syslog'], "logger: no log driver named 'syslog' is registered"],
    [['--default-address-pool', 'x'], "invalid field 'x' must be a key=value pair"],
    [['--default-address-pool', 'base=10.0.0.0/16,size=8'], 'invalid pools size: 8'],
  ];
  for (const [argv, message] of cases) assert.equal(refusal(...argv), message);
});

test('a mirror with a password is refused: mirrors are given none', () => {
  assert.match(
    refusal('--registry-mirror', 'http://u:secret@x'),
    /username\/password not allowed in URI "http:\/\/\*\*\*@x"$/,
  );
});

test('insecure registries are hosts with or without a port, and networks', () => {
  const insecure = [
    'r.example',
    'r.example:5000',
    '10.0.0.1:5000',
    '[fd00::1]:5000',
    'fd00::1',
    '10.0.0.0/8',
    'fd00::/8',
  ];
  const config = resolveConfig(parseArguments(insecure.flatMap((value) => ['--insecure-registry', value])));
  assert.deepEqual(config.registries.insecureRegistries, insecure);
});

test('address pools, runtimes and DNS servers are collected', () => {
  const config = resolveConfig(
    parseArguments([
      '--default-address-pool',
      'base=10.10.0.0/16,size=24',
      '--add-runtime',
      'mine=/opt/runc',
      '--default-runtime=mine',
      '--dns=1.1.1.1',
      '--dns',
      '8.8.8.8',
    ]),
  );
  assert.deepEqual(config.addressPools, [{ base: '10.10.0.0/16', size: 24 }]);
  assert.equal(config.runtimes.get('mine'), '/opt/runc');
  assert.deepEqual(config.dns.servers, ['1.1.1.1', '8.8.8.8']);
});
