#!/usr/bin/env bash
# Every example as LaTeX, set by pdflatex: no error, and nothing wider than the text; formulas alone stand in formulas
# of the user's own, a trace with overlays in slides of beamer.
# Skipped with a word where there is no LaTeX.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v pdflatex >/dev/null; then
    echo "LaTeX: skipped, there is no pdflatex"
    exit 0
fi
target="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build --quiet --locked
place="$target/latex"
rm -rf "$place"
mkdir -p "$place"

# Sets the document NAME and reads its log.
set_document() {
    (cd "$place" && pdflatex -interaction=nonstopmode -halt-on-error "$1.tex" >/dev/null) || {
        grep -A5 '^!' "$place/$1.log"
        exit 1
    }
    if grep -A3 '^Overfull .hbox' "$place/$1.log"; then
        echo "LaTeX: wider than the text, in the order of $place/$1.tex"
        exit 1
    fi
}

count=0
{
    echo '\documentclass{article}\usepackage{amsmath,array,booktabs,longtable,pgfplots}\begin{document}'
    while read -r script; do
        count=$((count + 1))
        (cd "$(dirname "$script")" && "$target/debug/wengert" --format latex "$(basename "$script")") \
            > "$place/$count.tex" 2> "$place/$count.err" || cat "$place/$count.err" >&2
        echo "\\typeout{$script}\\input{$count}\\clearpage"
    done
    echo '\end{document}'
} > "$place/examples.tex" < <(find examples tests/golden/latex -name '*.ad' ! -name overlays.ad ! -name alone.ad | sort)
set_document examples

"$target/debug/wengert" --format latex tests/golden/latex/overlays.ad > "$place/slides-trace.tex"
echo '\documentclass{beamer}\usepackage{booktabs}\begin{document}\begin{frame}\input{slides-trace}\end{frame}\end{document}' > "$place/slides.tex"
set_document slides

echo "LaTeX: $(find "$place" -name '[0-9]*.tex' | wc -l) scripts set, and a trace for slides"
