# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_wengert_global_optspecs
    string join \n e= h/help format= o/output= digits= ascii color= width= q/quiet time limit-nodes= limit-memory= limit-time= threads= sandbox V/version
end

function __fish_wengert_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_wengert_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_wengert_using_subcommand
    set -l cmd (__fish_wengert_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c wengert -n "__fish_wengert_needs_command" -s e -d 'Run this text (may be given several times: the texts are one script)' -r
complete -c wengert -n "__fish_wengert_needs_command" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_needs_command" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_needs_command" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_needs_command" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_needs_command" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_needs_command" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_needs_command" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_needs_command" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_needs_command" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_needs_command" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_needs_command" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_needs_command" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_needs_command" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_needs_command" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_needs_command" -s V -l version -d 'Print version'
complete -c wengert -n "__fish_wengert_needs_command" -a "check" -d 'Look for mistakes without running loops or showing results'
complete -c wengert -n "__fish_wengert_needs_command" -a "fmt" -d 'Rewrite scripts in the standard layout'
complete -c wengert -n "__fish_wengert_needs_command" -a "export" -d 'Write a script as a program for another language'
complete -c wengert -n "__fish_wengert_needs_command" -a "explain" -d 'Explain a class of errors, with an example and its fix'
complete -c wengert -n "__fish_wengert_needs_command" -a "completions" -d 'Write a script that makes a shell complete the arguments of `wengert`'
complete -c wengert -n "__fish_wengert_needs_command" -a "kernel" -d 'Serve a Jupyter notebook, or make the kernel known to Jupyter'
complete -c wengert -n "__fish_wengert_needs_command" -a "lsp" -d 'Serve an editor that speaks the language server protocol, on standard input and output'
complete -c wengert -n "__fish_wengert_needs_command" -a "serve" -d 'Open the page of the browser on this machine, with a script and the data beside it'
complete -c wengert -n "__fish_wengert_needs_command" -a "help" -d 'Print this help'
complete -c wengert -n "__fish_wengert_needs_command" -a "man" -d 'Write the manual page (`wengert man | man -l -`)'
complete -c wengert -n "__fish_wengert_needs_command" -a "test" -d 'Run scripts and compare their output with the `.out` files beside them'
complete -c wengert -n "__fish_wengert_using_subcommand check" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand check" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand check" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand check" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand check" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand check" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand check" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand check" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand check" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand check" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand check" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand check" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand check" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand check" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l check -d 'Only say what would change, and fail if anything would'
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand fmt" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand export" -l to -d 'The target: numpy, jax, torch, c, julia, stablehlo, sympy, casadi; `list` says what each cannot do' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l derivative -d 'How derivatives are written' -r -f -a "adjoint\t'The adjoint operations, with the conventions at kinks'
derive\t'The simplified formula, for reading'
framework\t'The framework\'s own differentiation'"
complete -c wengert -n "__fish_wengert_using_subcommand export" -l shard -d 'Spread the rows of the data over all devices (jax)' -r -f -a "data\t'The rows of the data'"
complete -c wengert -n "__fish_wengert_using_subcommand export" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand export" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand export" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand export" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand export" -l check -d 'Add a self-test against the numbers that Wengert gets'
complete -c wengert -n "__fish_wengert_using_subcommand export" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand export" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand export" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand export" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand export" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand explain" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand explain" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand explain" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand explain" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand completions" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand completions" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand completions" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand completions" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and not __fish_seen_subcommand_from install" -a "install" -d 'Make the kernel known to Jupyter'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l prefix -d 'To that below a folder' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l user -d 'To that of the user (this is so by default)'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l sys-prefix -d 'To that of the active Python environment'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand kernel; and __fish_seen_subcommand_from install" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand lsp" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l page -d 'The folder of the page, where it was not installed with the program' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l port -d 'The port; by default any free one' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand serve" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand serve" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand serve" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand serve" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand help" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand help" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand help" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand help" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand help" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand help" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand help" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand help" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand help" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand help" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand help" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand help" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand help" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand help" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand man" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand man" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand man" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand man" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand man" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand man" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand man" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand man" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand man" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand man" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand man" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand man" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand man" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand man" -l sandbox -d 'Refuse to read or write files from within a script'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l format -d 'How results are written' -r -f -a "text\t'Tables and formulas for people'
json\t'One object a line'
latex\t'A fragment for a LaTeX document'
html\t'One page that needs no other file'"
complete -c wengert -n "__fish_wengert_using_subcommand test" -s o -l output -d 'Write results to a file instead of standard output' -r -F
complete -c wengert -n "__fish_wengert_using_subcommand test" -l digits -d 'Significant digits in text (JSON always has all)' -r
complete -c wengert -n "__fish_wengert_using_subcommand test" -l color -d 'Whether to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c wengert -n "__fish_wengert_using_subcommand test" -l width -d 'Columns to fit the output into (the terminal\'s by default; without a terminal no limit)' -r
complete -c wengert -n "__fish_wengert_using_subcommand test" -l limit-nodes -d 'Most nodes that one statement\'s graph may have' -r
complete -c wengert -n "__fish_wengert_using_subcommand test" -l limit-memory -d 'Most memory for the values of one statement, in bytes or as 500K, 64M, 2G' -r
complete -c wengert -n "__fish_wengert_using_subcommand test" -l limit-time -d 'Longest that a script, or one input of the interactive session, may run: 10, 500ms, 2m' -r
complete -c wengert -n "__fish_wengert_using_subcommand test" -l threads -d 'Threads for large computations (the machine\'s cores by default); the digits are the same' -r
complete -c wengert -n "__fish_wengert_using_subcommand test" -l bless -d 'Write the output into the `.out` files instead, but for scripts that end in an error'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l bless-errors -d 'Write it for scripts that end in an error, too'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l exact -d 'Cells of a table that have only moved are differences, too'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l solutions -d 'Compare exercises with the `.sol.ad` scripts beside them: their numbers to six digits'
complete -c wengert -n "__fish_wengert_using_subcommand test" -s h -l help -d 'Print this help'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l ascii -d 'Write a1, da1, ba1 and draw with ASCII only (as in a locale that is not UTF-8)'
complete -c wengert -n "__fish_wengert_using_subcommand test" -s q -l quiet -d 'No warnings and notes; in JSON, nothing on standard error'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l time -d 'Say on standard error how long each script took'
complete -c wengert -n "__fish_wengert_using_subcommand test" -l sandbox -d 'Refuse to read or write files from within a script'
