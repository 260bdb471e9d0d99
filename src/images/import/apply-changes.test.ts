import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { applyChanges } from './apply-changes.ts';

// What Docker 26 answered to the same changes.

test('every instruction sets what it sets in Docker', () => {
  const expected: [string[], object][] = [
    [[], {}],
    [['CMD echo hi'], { Cmd: ['/bin/sh', '-c', 'echo hi'] }],
    [['CMD ["a","b"]'], { Cmd: ['a', 'b'] }],
    [['CMD'], { Cmd: ['/bin/sh', '-c'] }],
    [['cmd []'], { Cmd: [] }],
    [['CMD ["a"'], { Cmd: ['/bin/sh', '-c', '["a"'] }],
    [['CMD a \\', 'b'], { Cmd: ['/bin/sh', '-c', 'a b'] }],
    [['CMD ["y"]', 'ENTRYPOINT ["/x"]'], { Cmd: ['y'], Entrypoint: ['/x'] }],
    [['ENTRYPOINT'], { Entrypoint: null }],
    [['ENV A=b C="d e" F=g\\ h'], { Env: ['A=b', 'C=d e', 'F=g h'] }],
    [['ENV A b c'], { Env: ['A=b c'] }],
    [['ENV A=1', 'ENV A=2', 'ENV B=$A'], { Env: ['A=2', 'B=2'] }],
    [['ENV A=1 B=${A:-x} C=${Z:-def} D=${A:+alt}'], { Env: ['A=1', 'B=x', 'C=def', 'D='] }],
    [[`ENV A='x y' B="q\\"r"`], { Env: ['A=x y', 'B=q"r'] }],
    [['ENV A=$'], { Env: ['A=$'] }],
    [['EXPOSE 80 443/tcp 53/udp'], { ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '53/udp': {} } }],
    [['EXPOSE 80-82'], { ExposedPorts: { '80/tcp': {}, '81/tcp': {}, '82/tcp': {} } }],
    [['EXPOSE 8080:80'], { ExposedPorts: { '80/tcp': {} } }],
    [['EXPOSE $P'], {}],
    [['ENV P=80', 'EXPOSE $P'], { Env: ['P=80'], ExposedPorts: { '80/tcp': {} } }],
    [['LABEL a=b "c d"="e f"'], { Labels: { a: 'b', 'c d': 'e f' } }],
    [['LABEL a b'], { Labels: { a: 'b' } }],
    [['user me', 'LABEL x=$PATH y="${PATH}"'], { User: 'me', Labels: { x: '', y: '' } }],
    [['ONBUILD RUN x'], { OnBuild: ['RUN x'] }],
    [['USER a b'], { User: 'a b' }],
    [['USER $X'], { User: '' }],
    [['VOLUME /a /b'], { Volumes: { '/a': {}, '/b': {} } }],
    [['VOLUME ["/a","/b"]'], { Volumes: { '/a': {}, '/b': {} } }],
    [['WORKDIR /a', 'WORKDIR b'], { WorkingDir: '/a/b' }],
    [['WORKDIR /a/../b/'], { WorkingDir: '/b' }],
    [['STOPSIGNAL 9'], { StopSignal: '9' }],
    [['HEALTHCHECK NONE'], { Healthcheck: { Test: ['NONE'] } }],
    [['HEALTHCHECK CMD true'], { Healthcheck: { Test: ['CMD-SHELL', 'true'] } }],
    [['HEALTHCHECK --interval=5s NONE'], { Healthcheck: { Test: ['NONE'] } }],
    [['HEALTHCHECK --retries=0 CMD a'], { Healthcheck: { Test: ['CMD-SHELL', 'a'] } }],
    [
      ['HEALTHCHECK --interval=5s --timeout=3s --retries=2 --start-period=1s --start-interval=2s CMD ["a"]'],
      {
        Healthcheck: {
          Test: ['CMD', 'a'],
          Interval: 5e9,
          Timeout: 3e9,
          StartPeriod: 1e9,
          StartInterval: 2e9,
          Retries: 2,
        },
      },
    ],
  ];
  for (const [changes, config] of expected) assert.deepEqual(applyChanges({}, changes), config, changes.join(' | '));
});

test('what Docker refuses is refused with its text', () => {
  const expected: [string, string][] = [
    ['', 'file with no instructions'],
    ['# comment', 'file with no instructions'],
    ['RUN x', 'RUN is not a valid change command'],
    ['FOO', 'FOO is not a valid change command'],
    ['ENV A', 'ENV must have two arguments'],
    ['ENV A=b c', `Syntax error - can't find = in "c". Must be of the form: name=value`],
    ['ENV =b', 'ENV names can not be blank'],
    ['ENV', 'ENV requires at least one argument'],
    ['ENV A=${', `failed to process "\${": syntax error: missing '}'`],
    ['ENV A="x', 'failed to process "\\"x": unexpected end of statement while looking for matching double-quote'],
    ['EXPOSE foo', 'Invalid containerPort: foo'],
    ['EXPOSE 99999', 'Invalid containerPort: 99999'],
    ['EXPOSE', 'EXPOSE requires at least one argument'],
    ['EXPOSE 80/foo', 'Invalid proto: foo'],
    ['LABEL a', 'LABEL must have two arguments'],
    ['LABEL', 'LABEL requires at least one argument'],
    ['ONBUILD ONBUILD RUN x', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ['ONBUILD FROM x', "FROM isn't allowed as an ONBUILD trigger"],
    ['ONBUILD', 'ONBUILD requires at least one argument'],
    ['USER', 'USER requires exactly one argument'],
    ['USER --foo=1 bar', 'unknown flag: foo'],
    ['CMD --foo bar', 'unknown flag: foo'],
    ['VOLUME', 'VOLUME requires at least one argument'],
    ['VOLUME [""]', 'VOLUME specified can not be an empty string'],
    ['WORKDIR', 'WORKDIR requires exactly one argument'],
    ['STOPSIGNAL FOO', 'invalid signal: FOO'],
    ['ENTRYPOINT [1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
    ['HEALTHCHECK', 'HEALTHCHECK requires at least one argument'],
    ['HEALTHCHECK FOO', 'Unknown type "FOO" in HEALTHCHECK (try CMD)'],
    ['HEALTHCHECK CMD', 'Missing command after HEALTHCHECK CMD'],
    ['HEALTHCHECK NONE x', 'HEALTHCHECK NONE takes no arguments'],
    ['HEALTHCHECK --interval=x CMD a', 'time: invalid duration "x"'],
    ['HEALTHCHECK --foo=x CMD a', 'unknown flag: foo'],
    ['HEALTHCHECK --retries=-1 CMD a', '--retries cannot be negative (-1)'],
    ['HEALTHCHECK --interval=1ns CMD a', 'Interval "interval" cannot be less than 1ms'],
    ['HEALTHCHECK --interval=-1s CMD a', 'Interval "interval" cannot be less than 1ms'],
  ];
  for (const [change, message] of expected) {
    assert.throws(
      () => applyChanges({}, [change]),
      (error) => {
        assert.equal(isEngineError(error, 'invalid_argument') ? error.message : error, message, change);
        return true;
      },
    );
  }
});
