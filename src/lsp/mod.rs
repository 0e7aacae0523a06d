//! The language server: what an editor asks about a script while it is written.
//!
//! `transport` reads and writes messages, `position` counts as editors do, `document` holds a text with what is wrong with
//! it and a session that knows its definitions, `scopes` says where a name means the same, `features` answers. A
//! keystroke never runs a loop; a newer version of a document stops the look at an older one.

mod document;
mod features;
mod position;
mod scopes;
mod transport;

use document::{Document, Interruptible};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Codes of JSON-RPC.
const UNKNOWN_METHOD: i32 = -32601;
const INTERNAL: i32 = -32603;
const REFUSED: i32 = -32803;

/// Serves an editor on standard input and output until it says `exit`.
///
/// # Errors
/// The streams fail.
pub fn run() -> io::Result<()> {
    let now = Interruptible::default();
    let (send, messages) = channel();
    let interrupt = now.clone();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(message)) = transport::read(&mut input) {
            if message["method"] == "textDocument/didChange" {
                interrupt.stop();
            }
            if send.send(message).is_err() {
                return;
            }
        }
    });
    Server::new(io::stdout(), now).serve(&messages)
}

/// The answers to all messages of a stream that ends, garbled ones included.
pub fn rehearse(mut input: &[u8]) -> Vec<Value> {
    let (send, messages) = channel();
    while let Ok(Some(message)) = transport::read(&mut input) {
        // The other end is below.
        let _ = send.send(message);
    }
    drop(send);
    let mut server = Server::new(Vec::new(), Interruptible::default());
    // Memory takes every answer.
    let _ = server.serve(&messages);
    let mut answers = &server.output[..];
    std::iter::from_fn(|| transport::read(&mut answers).ok().flatten()).collect()
}

struct Server<W> {
    output: W,
    now: Interruptible,
    documents: BTreeMap<String, Open>,
    /// The documents whose editor does not know yet what is wrong with them.
    stale: Vec<String>,
    /// The editor can open a page in a browser.
    shows_documents: bool,
    /// The pages that were written.
    pages: u64,
}

/// A document, and the text that it has now where it was not looked at yet.
struct Open {
    seen: Document,
    newer: Option<String>,
    version: Value,
}

impl Open {
    fn text(&self) -> &str {
        self.newer.as_deref().unwrap_or(self.seen.text())
    }
}

impl<W: Write> Server<W> {
    fn new(output: W, now: Interruptible) -> Server<W> {
        Server {
            output,
            now,
            documents: BTreeMap::new(),
            stale: Vec::new(),
            shows_documents: false,
            pages: 0,
        }
    }

    fn serve(&mut self, messages: &Receiver<Value>) -> io::Result<()> {
        let mut next = messages.recv().ok();
        while let Some(message) = next.take() {
            if message["method"] == "exit" {
                return Ok(());
            }
            self.take(&message)?;
            // What is wrong is told when nothing else waits: of many versions only the last counts.
            next = messages.try_recv().ok();
            if next.is_none() {
                for uri in std::mem::take(&mut self.stale) {
                    self.publish(&uri)?;
                }
                next = messages.recv().ok();
            }
        }
        Ok(())
    }

    fn take(&mut self, message: &Value) -> io::Result<()> {
        let Some(method) = message["method"].as_str() else {
            // The answer to something that was asked of the editor, or no message at all.
            return Ok(());
        };
        let params = &message["params"];
        match message.get("id") {
            None => {
                self.hear(method, params);
                Ok(())
            }
            Some(id) => {
                // A fault of ours must cost an answer, not the editor's server.
                let answer = catch_unwind(AssertUnwindSafe(|| self.answer(method, params)));
                let reply = match answer {
                    Ok(Ok(result)) => transport::response(id, result),
                    Ok(Err((code, reason))) => transport::refusal(id, code, &reason),
                    Err(_) => transport::refusal(id, INTERNAL, "this request failed"),
                };
                transport::write(&mut self.output, &reply)
            }
        }
    }

    /// Takes note of what has happened in the editor.
    fn hear(&mut self, method: &str, params: &Value) {
        let uri = params["textDocument"]["uri"]
            .as_str()
            .unwrap_or("")
            .to_string();
        let version = params["textDocument"]["version"].clone();
        match method {
            "textDocument/didOpen" => {
                let text = params["textDocument"]["text"].as_str().unwrap_or("");
                let seen = Document::new(&path_of(&uri), text.into(), &self.now);
                let open = Open {
                    seen,
                    newer: None,
                    version,
                };
                self.documents.insert(uri.clone(), open);
                self.stale.push(uri);
            }
            "textDocument/didChange" => {
                let Some(open) = self.documents.get_mut(&uri) else {
                    return;
                };
                for change in params["contentChanges"].as_array().into_iter().flatten() {
                    let new = change["text"].as_str().unwrap_or("");
                    open.newer = Some(changed(open.text(), &change["range"], new));
                }
                open.version = version;
                self.stale.retain(|one| *one != uri);
                self.stale.push(uri);
            }
            "textDocument/didClose" => {
                self.documents.remove(&uri);
            }
            _ => {}
        }
    }

    /// The document as it is now.
    fn document(&mut self, uri: &str) -> Option<&Document> {
        let open = self.documents.get_mut(uri)?;
        if let Some(text) = open.newer.take() {
            open.seen = open.seen.with(text, &self.now);
        }
        Some(&open.seen)
    }

    fn publish(&mut self, uri: &str) -> io::Result<()> {
        let Some(document) = self.document(uri) else {
            return Ok(());
        };
        let found = features::diagnostics(document, uri);
        let version = self.documents.get(uri).map(|open| open.version.clone());
        let params = json!({"uri": uri, "version": version, "diagnostics": found});
        let message = transport::notification("textDocument/publishDiagnostics", params);
        transport::write(&mut self.output, &message)
    }

    fn answer(&mut self, method: &str, params: &Value) -> Result<Value, (i32, String)> {
        match method {
            "initialize" => {
                let window = &params["capabilities"]["window"];
                self.shows_documents = window["showDocument"]["support"] == true;
                return Ok(abilities());
            }
            "shutdown" => return Ok(Value::Null),
            "workspace/executeCommand" => return self.execute(params),
            _ => {}
        }
        let uri = params["textDocument"]["uri"]
            .as_str()
            .unwrap_or("")
            .to_string();
        let Some(document) = self.document(&uri) else {
            return match method.starts_with("textDocument/") {
                true => Ok(Value::Null),
                false => Err((UNKNOWN_METHOD, format!("`{method}` is not served"))),
            };
        };
        let text = document.text();
        let lines = &document.lines;
        let at = lines.byte(text, &params["position"]);
        let place = |range| json!({"uri": uri, "range": lines.range(text, range)});
        Ok(match method {
            "textDocument/hover" => features::hover(document, at),
            "textDocument/completion" => features::completion(document, at),
            "textDocument/signatureHelp" => features::signature(document, at),
            "textDocument/codeAction" => features::fixes(document, &uri, params),
            "textDocument/codeLens" => features::lenses(document, &uri),
            "textDocument/inlayHint" => features::hints(document, &params["range"]),
            "textDocument/documentSymbol" => features::symbols(document),
            "textDocument/foldingRange" => features::folds(document),
            "textDocument/semanticTokens/full" => features::tokens(document),
            "textDocument/formatting" => features::format(document).unwrap_or(Value::Null),
            "textDocument/definition" => match document.scopes.definition(at) {
                Some(range) => place(range),
                None => Value::Null,
            },
            "textDocument/references" => {
                let words = document.scopes.occurrences(at).into_iter();
                words.map(|word| place(word.range.clone())).collect()
            }
            "textDocument/documentHighlight" => {
                let words = document.scopes.occurrences(at).into_iter();
                let range = |range| json!({"range": lines.range(text, range)});
                words.map(|word| range(word.range.clone())).collect()
            }
            "textDocument/prepareRename" => match document.scopes.at(at) {
                Some(word) => lines.range(text, word.range.clone()),
                None => Value::Null,
            },
            "textDocument/rename" => {
                let name = params["newName"].as_str().unwrap_or("");
                features::rename(document, &uri, at, name).map_err(|reason| (REFUSED, reason))?
            }
            other => return Err((UNKNOWN_METHOD, format!("`{other}` is not served"))),
        })
    }

    /// Does what a lens asks: the document runs, and a statement about one of its names after it. The page goes
    /// into a file, which the editor is asked to open where it can.
    fn execute(&mut self, params: &Value) -> Result<Value, (i32, String)> {
        let command = params["command"].as_str().unwrap_or("");
        let word = command.strip_prefix("wengert.").unwrap_or("");
        if !features::lens_words().any(|known| known == word) {
            return Err((REFUSED, format!("there is no command `{command}`")));
        }
        let argument = |k: usize| params["arguments"][k].as_str().unwrap_or("").to_string();
        let (uri, name) = (argument(0), argument(1));
        let now = self.now.clone();
        let Some(document) = self.document(&uri) else {
            return Err((REFUSED, "this document is not open".into()));
        };
        let page = document.run(&format!("{word} {name}"), &now);
        let mut result = Map::new();
        if self.shows_documents {
            self.pages += 1;
            let file = format!("wengert-{}-{}.html", std::process::id(), self.pages);
            let file = std::env::temp_dir().join(file);
            std::fs::write(&file, &page).map_err(|error| (REFUSED, error.to_string()))?;
            let shown = format!("file://{}", file.display());
            let id = format!("page-{}", self.pages);
            let request = json!({
                "jsonrpc": "2.0", "id": id, "method": "window/showDocument",
                "params": {"uri": shown, "external": true},
            });
            // A closed stream ends the server at the next answer.
            let _ = transport::write(&mut self.output, &request);
            result.insert("file".into(), json!(shown));
        }
        result.insert("html".into(), json!(page));
        Ok(result.into())
    }
}

fn abilities() -> Value {
    let commands: Vec<String> = features::lens_words()
        .map(|word| format!("wengert.{word}"))
        .collect();
    json!({
        "serverInfo": {"name": "wengert", "version": env!("CARGO_PKG_VERSION")},
        "capabilities": {
            "positionEncoding": "utf-16",
            "textDocumentSync": {"openClose": true, "change": 2},
            "hoverProvider": true,
            "completionProvider": {"triggerCharacters": ["\\", "\""]},
            "signatureHelpProvider": {"triggerCharacters": ["(", ","]},
            "definitionProvider": true,
            "referencesProvider": true,
            "documentHighlightProvider": true,
            "documentSymbolProvider": true,
            "documentFormattingProvider": true,
            "foldingRangeProvider": true,
            "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            "codeLensProvider": {"resolveProvider": false},
            "inlayHintProvider": true,
            "renameProvider": {"prepareProvider": true},
            "semanticTokensProvider": {
                "legend": {"tokenTypes": features::TOKENS, "tokenModifiers": []},
                "full": true,
            },
            "executeCommandProvider": {"commands": commands},
        },
    })
}

/// A text with a range of it replaced; without a range, as a whole.
fn changed(text: &str, range: &Value, new: &str) -> String {
    if range.is_null() {
        return new.to_string();
    }
    let lines = position::Lines::new(text);
    let start = lines.byte(text, &range["start"]);
    let end = lines.byte(text, &range["end"]).max(start);
    [&text[..start], new, &text[end..]].concat()
}

/// The file that a URI names; what names none is a name of its own.
fn path_of(uri: &str) -> PathBuf {
    let Some(path) = uri.strip_prefix("file://") else {
        return uri.into();
    };
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let mut after = rest.clone();
        let digits = (byte == b'%').then(|| [after.next(), after.next()]);
        let digit = |byte: Option<u8>| (byte? as char).to_digit(16);
        match digits.and_then(|[high, low]| Some(digit(high)? * 16 + digit(low)?)) {
            Some(code) => {
                bytes.push(code as u8);
                rest = after;
            }
            None => bytes.push(byte),
        }
    }
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_uris() {
        assert_eq!(
            path_of("file:///a%20b/%C5%B7.ad"),
            PathBuf::from("/a b/ŷ.ad")
        );
        assert_eq!(path_of("file:///100%"), PathBuf::from("/100%"));
        assert_eq!(path_of("untitled:1"), PathBuf::from("untitled:1"));
    }

    #[test]
    fn edits_of_a_text() {
        let range =
            json!({"start": {"line": 1, "character": 1}, "end": {"line": 2, "character": 0}});
        assert_eq!(changed("ab\ncd\nef", &range, "X"), "ab\ncXef");
        assert_eq!(changed("ab", &Value::Null, "X"), "X");
    }
}
