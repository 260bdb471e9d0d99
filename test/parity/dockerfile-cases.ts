/** A Dockerfile that BuildKit was asked to build. The context holds a.txt, b.md, dir/c.txt and dir/d.md. */
export interface DockerfileCase {
  readonly dockerfile: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Where Skiff's words are others on purpose, and why; that it is refused must agree. */
  readonly ownWords?: string;
  /** Where Skiff names steps otherwise on purpose, and why. */
  readonly ownSteps?: string;
}

const from = (...lines: readonly string[]) => ['FROM busybox', ...lines, ''].join('\n');
const scratch = (...lines: readonly string[]) => ['FROM scratch', ...lines, ''].join('\n');

/** Accepted: the image's configuration and history are compared. */
const ACCEPTED: Readonly<Record<string, DockerfileCase>> = {
  'all instructions that only change the configuration': {
    dockerfile: scratch(
      'HEALTHCHECK --interval=1m --timeout=3s --start-period=5s --retries=3 CMD true x',
      'EXPOSE 80 90-92/udp 80/TCP',
      'VOLUME /b /a',
      'VOLUME ["/c d"]',
      'CMD a "b"',
      'ENTRYPOINT ["x","y\\t\\u00e9"]',
      'STOPSIGNAL SIGINT',
      'LABEL a=b c="d e"',
      'MAINTAINER Joe <j@example.org>',
      'ONBUILD RUN foo',
      'ONBUILD COPY --chown=1 . /x',
      'SHELL ["/bin/s", "-c"]',
      'CMD again',
      'WORKDIR /w',
      'WORKDIR z',
      'USER me:users',
    ),
  },
  'the old form of ENV and LABEL': { dockerfile: scratch('ENV a b  c ', 'LABEL k   v w', 'ENV x "q r" s') },
  'ENV: several at once see the values from before': {
    dockerfile: scratch('ENV a=1', 'ENV a=2 b=$a c="$a and ${a}" d=\'$a\' e=\\$a f=x\\ y', 'ENV a=3 b=${a}'),
  },
  'ENV and ARG of one name': {
    dockerfile: from('ENV a=env', 'ARG a=arg', 'ARG b', 'ARG c=$a-$b d', 'RUN true $a', 'ENV b=7', 'RUN echo $b'),
    buildArgs: { d: 'given' },
  },
  'defaults and alternatives': {
    dockerfile: scratch(
      'ENV set=value empty=',
      'ENV a=${set:-x} b=${no:-x} c=${empty:-x} d=${empty-x} e=${no-x}',
      'ENV f=${set:+y} g=${no:+y} h=${empty:+y} i=${empty+y} j=${no+y} k=${set:?e} l=${empty?e}',
      'ENV m=${no:-${set:-z}} n=${no:-"quoted $set"} o=${no:-a\\ b}',
    ),
  },
  'patterns in substitutions': {
    dockerfile: scratch(
      'ENV s=foo/bar/baz.tar.gz e=',
      'ENV a=${s#*/} b=${s##*/} c=${s%.*} d=${s%%.*} e1=${s#fo?} f=${s#x} g=${s%/*}',
      'ENV h=${s/a/X} i=${s//a/X} j=${s/b?r/X} k=${s//\\//-} l=${s/o*a/X} m=${s%gz} n=${e#x}',
    ),
  },
  'special parameters and names': {
    dockerfile: scratch('ENV a=$ b=$1x c=$12 d=$@ e=${f} g=x$h_i-j k=$$', 'ENV z="$" y=a$'),
  },
  'quotes and escapes': {
    dockerfile: scratch(
      'ENV a="x\\"y" b=\'x"y\' c="x\\\\y" d="x\\y" e=x\\"y f="a\'b" g=""',
      'LABEL "a b"="c d" \'e f\'=g h\\ i=j',
      'LABEL multi="one \\',
      'two" last=x',
    ),
  },
  'the escape directive': {
    dockerfile: '# escape=`\nFROM scratch\nENV a=`$x b=c:\\d `\n  e="q`"r"\nLABEL p=c:\\x\n',
  },
  'directives that are none any more': { dockerfile: '# a comment\n# escape=`\nFROM scratch\nENV a=x\\ y\n' },
  'comments and empty lines in continued lines': {
    dockerfile: from(
      'ENV a=1 \\',
      '# comment',
      '  b=2 \\',
      '   # another',
      '',
      '  c=3',
      '  # indented',
      'RUN true && \\',
      '  # no',
      '  true',
    ),
  },
  'CRLF, a byte order mark, blanks, any case': {
    dockerfile: '\ufeffFrom scratch\r\n\r\n  eNv a=b\\\r\n c=d\r\n\tlabel x=y  \r\ncmd [ "a" , "b" ]\r\n',
  },
  'a continued line at the end of the file': { dockerfile: 'FROM scratch\nENV a=b \\' },
  'exec forms that are no JSON': {
    dockerfile: scratch("CMD ['a', 'b']", 'ENTRYPOINT [ "a", "b"', 'HEALTHCHECK CMD ["x"', 'VOLUME ["/a", /b]'),
  },
  'empty commands': { dockerfile: from('CMD', 'ENTRYPOINT []', 'RUN') },
  'an ENTRYPOINT drops the CMD of the image below': { dockerfile: from('ENTRYPOINT ["/x"]') },
  'an ENTRYPOINT keeps the CMD of its own stage': { dockerfile: from('CMD ["a"]', 'ENTRYPOINT ["/x"]') },
  'HEALTHCHECK NONE and exec form': {
    dockerfile: from('HEALTHCHECK NONE', 'HEALTHCHECK --interval=0s CMD ["a", "b"]'),
  },
  'SHELL holds for RUN, CMD and ENTRYPOINT': {
    dockerfile: from('SHELL ["/bin/sh", "-ec"]', 'RUN true  a   b', 'CMD x y', 'ENTRYPOINT z'),
  },
  'RUN in exec form': { dockerfile: from('RUN ["true", "a b", "$HOME"]', 'RUN [ "true" ]') },
  'RUN with a heredoc': {
    dockerfile: from(
      'ARG x=1',
      'RUN <<EOF',
      'true $x',
      '',
      '  false || true',
      'EOF',
      'RUN <<-"EOT"',
      '\ttrue',
      '\tEOT',
    ),
  },
  'RUN with a script': { dockerfile: from('RUN <<EOF', '#!/bin/sh', 'true', 'EOF') },
  'RUN with heredocs among words': {
    dockerfile: from('RUN cat <<A - <<B > /out && true', 'first', 'A', 'second', 'B', 'RUN cat 3<<E <&3', 'x', 'E'),
  },
  'RUN that only looks like a heredoc': { dockerfile: from('RUN echo "<<EOF" $((1<<2))', "RUN echo '<<X'") },
  'COPY with heredocs': {
    dockerfile: from(
      'ENV who=world',
      'COPY <<one.txt <<-"two.txt" a.txt /dest/',
      'hello $who "quoted"',
      'one.txt',
      '\t$who stays',
      '\ttwo.txt',
      'ADD <<EOF /x',
      'EOF',
    ),
  },
  'COPY with flags': {
    dockerfile: from(
      'ARG owner=1:2 file=a.txt',
      'WORKDIR /w',
      'COPY --chown=$owner --chmod=755 ${file} .',
      'COPY --link a.txt b.md sub',
      'COPY ["a.txt", "with space/"]',
      'COPY *.txt ./',
      'ADD dir /d',
      'COPY --link=false . /all/.',
    ),
  },
  'stages by name and number': {
    dockerfile: [
      'FROM busybox AS First',
      'ARG a=1',
      'ENV b=2',
      'RUN touch /x',
      'FROM busybox',
      'COPY --from=0 /x /y',
      'COPY --from=FIRST /x /z',
      'FROM first AS last',
      'RUN true $a $b',
      'COPY --from=1 /y /y',
      '',
    ].join('\n'),
  },
  'a target in the middle': {
    dockerfile: 'FROM busybox AS a\nENV x=1\nFROM a AS b\nENV y=2\nFROM nonesuch AS c\nRUN false\n',
    target: 'B',
  },
  'global ARGs': {
    dockerfile: [
      'ARG base=busy version=latest',
      'ARG image=${base}box:$version',
      'FROM ${image} AS build',
      'ARG version',
      'ARG base=own',
      'ENV v=$version b=$base i=$image',
      '',
    ].join('\n'),
  },
  'platform ARGs': {
    dockerfile: scratch(
      'ARG TARGETPLATFORM',
      'ARG TARGETARCH TARGETOS TARGETVARIANT BUILDPLATFORM',
      'ENV p=$TARGETPLATFORM a=$TARGETARCH o=$TARGETOS v=x$TARGETVARIANT',
    ),
  },
  'FROM --platform': { dockerfile: 'FROM --platform=$BUILDPLATFORM busybox\nENV a=b\n' },
  'build arguments before defaults': {
    dockerfile: scratch('ARG a=1 b=2', 'ARG a=$b', 'ENV x=$a y=$b'),
    buildArgs: { a: 'given' },
  },
  'proxy arguments are not in the history': {
    dockerfile: from('RUN true', 'ARG HTTPS_PROXY', 'RUN true'),
    buildArgs: { HTTP_PROXY: 'http://p', HTTPS_PROXY: 'http://q' },
  },
  'ONBUILD of a stage': {
    dockerfile: [
      'FROM busybox AS base',
      'ONBUILD ENV a=1',
      'ONBUILD RUN true $a',
      'ENV b=2',
      'FROM base',
      'ENV c=$a$b',
      '',
    ].join('\n'),
    ownSteps: 'this BuildKit does not count triggers',
  },
  'labels of the request win': { dockerfile: scratch('LABEL a=1 b=2'), labels: { b: '3', c: '4' } },
  'mounts of RUN': {
    dockerfile: from(
      'ARG where=/cache',
      'WORKDIR /work',
      'RUN --mount=type=cache,target=$where,id=x,sharing=locked --mount=type=bind,target=ctx,rw --mount=target=/x,from=busybox true',
      'RUN --mount=type=tmpfs,target=/t,size=1m --network=none true',
      'RUN --mount=type=secret,id=none --mount=type=cache,dst=y true',
    ),
  },
  'EXPOSE with host ports and addresses': {
    dockerfile: scratch('EXPOSE 127.0.0.1:80:81 82:83/udp', 'ARG p="90 91"', 'EXPOSE $p'),
  },
  'USER, STOPSIGNAL and VOLUME expand': {
    dockerfile: scratch('ARG u=me s=9', 'USER $u', 'STOPSIGNAL $s', 'VOLUME /$u', 'USER ""'),
  },
  'no instruction but FROM': { dockerfile: 'FROM busybox' },
};

/** Refused: the error's text is compared. */
const REFUSED: Readonly<Record<string, DockerfileCase>> = {
  'an unknown instruction': { dockerfile: from('RUNN true') },
  'an unknown instruction in lower case': { dockerfile: from('coppy a b') },
  'an instruction like no other': { dockerfile: from('INCLUDE other') },
  'an unknown flag': { dockerfile: from('RUN --foo=1 true') },
  'a mistyped flag': { dockerfile: from('COPY --form=x a.txt /') },
  'a flag without value': { dockerfile: from('COPY --chown a.txt /') },
  'a flag twice': { dockerfile: from('COPY --chown=1 --chown=2 a.txt /') },
  'a switch that is neither': { dockerfile: from('COPY --link=maybe a.txt /') },
  'a switch without value': { dockerfile: from('COPY --link= a.txt /') },
  'a flag where none may be': { dockerfile: from('ENV --x=1 a=b') },
  'an empty file': { dockerfile: '' },
  'only comments': { dockerfile: '# nothing\n\n' },
  'an instruction before FROM': { dockerfile: 'RUN true\nFROM busybox\n' },
  'FROM without image': { dockerfile: 'FROM\n' },
  'FROM with two words': { dockerfile: 'FROM busybox build\n' },
  'a stage name with symbols': { dockerfile: 'FROM busybox AS a/b\n' },
  'a stage name that is a number': { dockerfile: 'FROM busybox AS 1st\n' },
  'an empty base': { dockerfile: 'ARG base\nFROM $base\n' },
  'an image name in capitals': { dockerfile: 'FROM BusyBox\n' },
  'a bad platform': { dockerfile: 'FROM --platform=a/b/c/d busybox\n' },
  'an empty platform': {
    dockerfile: 'FROM --platform=$BULIDPLATFORM busybox\n',
    ownWords: 'newer BuildKits say it so',
  },
  'a target that is none': { dockerfile: 'FROM busybox AS build\n', target: 'buidl', ownWords: 'a near name is told' },
  'a circle of stages': {
    dockerfile: 'FROM busybox AS a\nCOPY --from=b /x /\nFROM busybox AS b\nCOPY --from=a /x /\n',
    ownWords: 'the excerpt shows the whole circle at once',
  },
  'a stage that copies from itself': { dockerfile: 'FROM busybox AS a\nCOPY --from=a /x /\n' },
  'a stage that comes later': { dockerfile: 'FROM busybox AS a\nCOPY --from=b /x /\nFROM busybox AS b\nFROM a\n' },
  'a stage number that is none': { dockerfile: from('COPY --from=3 /x /'), ownWords: 'the line is shown' },
  'mixed JSON': { dockerfile: from('CMD ["a", 1]') },
  'RUN with no argument': { dockerfile: from('RUN []'), ownWords: 'BuildKit tells of its own internals' },
  'COPY with one argument': { dockerfile: from('COPY a.txt') },
  'ADD with no argument': { dockerfile: from('ADD') },
  'a heredoc as destination': { dockerfile: from('COPY a.txt <<EOF', 'EOF') },
  'an open heredoc': { dockerfile: from('RUN <<EOF', 'true') },
  'ENV without value': { dockerfile: from('ENV a') },
  'ENV without arguments': { dockerfile: from('ENV') },
  'ENV without name': { dockerfile: from('ENV =b') },
  'ENV with a word that is no pair': { dockerfile: from('ENV a=b c') },
  'ENV with a blank in a substitution': { dockerfile: from('ENV a=${b:-c d}') },
  'ARG without name': { dockerfile: from('ARG =b') },
  'ARG without arguments': { dockerfile: from('ARG') },
  'LABEL without arguments': { dockerfile: from('LABEL') },
  'a variable that must be set': { dockerfile: from('ENV a="${b:?tell me}"') },
  'a variable that must be set, without words': { dockerfile: from('ENV a=${b?}') },
  'a variable that must not be empty': { dockerfile: from('ENV b=', 'ENV a=${b:?}') },
  'an open brace': { dockerfile: from('ENV a=${b') },
  'an empty substitution': { dockerfile: from('ENV a=${}') },
  'an unknown modifier': { dockerfile: from('ENV a=${b^}') },
  'an unknown modifier after a colon': { dockerfile: from('ENV a=${b:x}') },
  'an open quote': { dockerfile: from('ENV a="b') },
  'an open single quote': { dockerfile: from("ENV a='b") },
  'WORKDIR without path': { dockerfile: from('WORKDIR') },
  'USER without name': { dockerfile: from('USER') },
  'an unknown signal': { dockerfile: from('STOPSIGNAL SIGFOO') },
  'VOLUME without path': { dockerfile: from('VOLUME') },
  'an empty VOLUME': { dockerfile: from('VOLUME ["/a", " "]') },
  'EXPOSE without port': { dockerfile: from('EXPOSE') },
  'EXPOSE of a word': { dockerfile: from('EXPOSE http') },
  'EXPOSE of a port too high': { dockerfile: from('EXPOSE 70000') },
  'EXPOSE with an unknown protocol': { dockerfile: from('EXPOSE 80/foo') },
  'SHELL that is no JSON': { dockerfile: from('SHELL /bin/sh -c') },
  'SHELL without arguments': { dockerfile: from('SHELL []') },
  'HEALTHCHECK without arguments': { dockerfile: from('HEALTHCHECK') },
  'HEALTHCHECK of an unknown type': { dockerfile: from('HEALTHCHECK RUN true') },
  'HEALTHCHECK without command': { dockerfile: from('HEALTHCHECK CMD') },
  'HEALTHCHECK NONE with arguments': { dockerfile: from('HEALTHCHECK NONE x') },
  'HEALTHCHECK with a bad time': { dockerfile: from('HEALTHCHECK --interval=5 CMD true') },
  'HEALTHCHECK with a time too short': { dockerfile: from('HEALTHCHECK --timeout=1us CMD true') },
  'HEALTHCHECK with bad retries': { dockerfile: from('HEALTHCHECK --retries=x CMD true') },
  'HEALTHCHECK with negative retries': { dockerfile: from('HEALTHCHECK --retries=-1 CMD true') },
  'ONBUILD without instruction': { dockerfile: from('ONBUILD') },
  'ONBUILD ONBUILD': { dockerfile: from('ONBUILD ONBUILD RUN true') },
  'ONBUILD FROM': { dockerfile: from('ONBUILD FROM busybox') },
  'an unknown mount type': { dockerfile: from('RUN --mount=type=cach,target=/x true') },
  'an unknown mount key': { dockerfile: from('RUN --mount=type=bind,tagret=/x true') },
  'a mount over the root': { dockerfile: from('RUN --mount=type=bind,target=/ true') },
  'a mount with a bad switch': { dockerfile: from('RUN --mount=type=bind,target=/x,ro=x true') },
  'a mount with a bad mode': { dockerfile: from('RUN --mount=type=cache,target=/x,mode=9 true') },
  'a mount with a bad uid': { dockerfile: from('RUN --mount=type=cache,target=/x,uid=-1 true') },
  'a mount with a bad sharing': { dockerfile: from('RUN --mount=type=cache,target=/x,sharing=x true') },
  'a mount with a mode that it cannot have': { dockerfile: from('RUN --mount=type=bind,target=/x,mode=755 true') },
  'a mount with sharing that it cannot have': {
    dockerfile: from('RUN --mount=type=bind,target=/x,sharing=locked true'),
  },
  'a mount of a variable': { dockerfile: from('ARG a=b', 'RUN --mount=from=$a,target=/x true') },
  'a secret with neither name nor target': { dockerfile: from('RUN --mount=type=secret true') },
  'a secret from a stage': {
    dockerfile: from('RUN --mount=type=secret,from=x,id=y true'),
    ownWords: 'nothing is fetched before it is refused',
  },
  'a mount that is no list': { dockerfile: from('RUN --mount=type=bind,"target=/x true') },
  'a required bind': { dockerfile: from('RUN --mount=type=bind,required,target=/x true') },
  'an unknown network': { dockerfile: from('RUN --network=foo true') },
  'the network of the host': {
    dockerfile: from('RUN --network=host true'),
    ownWords: 'BuildKit names the stage of its own work that refuses it',
  },
  'COPY of a URL': { dockerfile: from('COPY http://127.0.0.1:1/x /') },
  'a checksum of a local file': {
    dockerfile: from('ADD --checksum=sha256:abc a.txt /'),
    ownWords: 'newer BuildKits name Git, too',
  },
  'a bad escape directive': { dockerfile: '# escape=x\nFROM busybox\n', ownWords: 'the line is shown' },
  'a directive twice': { dockerfile: '# escape=`\n# escape=\\\nFROM busybox\n', ownWords: 'the right line is shown' },
};

export const DOCKERFILE_CASES: Readonly<Record<string, DockerfileCase>> = { ...ACCEPTED, ...REFUSED };
