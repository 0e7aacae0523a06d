#!/bin/sh
# All tests of the page, from a clean clone: the build, the pieces, all examples, the page in a browser.
set -eu
cd "$(dirname "$0")"
sh build.sh
npm test
npm run examples
npm run browser
