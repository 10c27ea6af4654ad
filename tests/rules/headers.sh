#!/usr/bin/env bash
# Every public header compiles alone, as C99, C23 and C++17.
set -u
cd "$(dirname "$0")/../.." || exit

compile() {
    local compiler=$1 standard=$2 language=$3 header=$4
    printf '#include <mcpauth/%s>\nextern int not_empty;\n' "$header" |
        "$compiler" "-std=$standard" -x "$language" -Iinclude -Wall -Wextra \
            -Wpedantic -Werror -fsyntax-only - && return
    echo "mcpauth/$header does not compile as $standard"
    exit 1
}

for path in include/mcpauth/*.h; do
    header=${path##*/}
    compile gcc c99 c "$header"
    compile gcc c2x c "$header"
    compile g++ c++17 c++ "$header"
done
