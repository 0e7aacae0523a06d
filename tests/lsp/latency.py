"""How long the language server takes from an edit to its diagnostics: random edits in a script of 1,000 lines.

    python3 tests/lsp/latency.py PROGRAM

Prints the median, the 95th of a hundred and the longest, in milliseconds: of the time that passes, and under Linux
of the processor time of the server, which other programs disturb less. No time is a test.
"""

import glob
import json
import random
import subprocess
import sys
import time

URI = "file:///tmp/wengert-latency.ad"
random.seed(1)
lines = ["w = 3; x = 2; y = 1"] + [f"t{k} = sin({'x' if k == 1 else f't{k - 1}'})*w + {k}" for k in range(1, 1000)]
server = subprocess.Popen([sys.argv[1], "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def send(method, params, number=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params, **({} if number is None else {"id": number})}
    body = json.dumps(message).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    server.stdin.flush()


def hear():
    length = 0
    while (line := server.stdout.readline().strip()):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(server.stdout.read(length))


def until(wanted):
    while not wanted(message := hear()):
        pass
    return message


def spent():
    """Processor time of the server so far, in milliseconds; none where the system does not tell it."""
    threads = glob.glob(f"/proc/{server.pid}/task/*/schedstat")
    return sum(int(open(thread).read().split()[0]) for thread in threads) / 1e6


def told(name, times):
    times.sort()
    print(f"{name}: {times[100]:.1f} ms, {times[190]:.1f} ms, {times[-1]:.1f} ms (median, 95 of 100, longest of {len(times)} edits)")


document = {"uri": URI, "languageId": "wengert", "version": 0, "text": "\n".join(lines) + "\n"}
send("initialize", {"capabilities": {}}, 0)
until(lambda m: m.get("id") == 0)
send("textDocument/didOpen", {"textDocument": document})
until(lambda m: m.get("method") == "textDocument/publishDiagnostics")
times = []
work = []
for version in range(1, 201):
    row = random.randrange(1, 1000)
    column = random.randrange(len(lines[row]) + 1)
    typed = random.choice(["1", " ", "(", ")", "w", "+", "\"", "#", "ŷ"])
    lines[row] = lines[row][:column] + typed + lines[row][column:]
    place = {"line": row, "character": column}
    start = time.perf_counter()
    before = spent()
    change = {"range": {"start": place, "end": place}, "text": typed}
    send("textDocument/didChange", {"textDocument": {"uri": URI, "version": version}, "contentChanges": [change]})
    send("textDocument/inlayHint", {"textDocument": {"uri": URI}, "range": {"start": {"line": row, "character": 0}, "end": {"line": row + 40, "character": 0}}}, version)
    answered = published = False
    while not (answered and published):
        message = hear()
        answered |= message.get("id") == version
        published |= message.get("method") == "textDocument/publishDiagnostics" and message["params"].get("version") == version
    times.append(1000 * (time.perf_counter() - start))
    work.append(spent() - before)
    # The mistake is taken back, so that the script stays one.
    lines[row] = lines[row][:column] + lines[row][column + 1 :]
    change = {"range": {"start": place, "end": {"line": row, "character": column + 1}}, "text": ""}
    send("textDocument/didChange", {"textDocument": {"uri": URI, "version": version + 1000}, "contentChanges": [change]})
    until(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"].get("version") == version + 1000)
told("passed", times)
if any(work):
    told("processor", work)
server.kill()
