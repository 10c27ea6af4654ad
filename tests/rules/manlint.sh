#!/usr/bin/env bash
# Every manual page is good mdoc.
set -eu
cd "$(dirname "$0")/../.."

mandoc -T lint -W warning man/*.[1-9]
