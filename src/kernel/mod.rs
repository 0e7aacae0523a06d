//! The Jupyter kernel: a session behind five sockets.
//!
//! `wire` moves frames (ZMTP 3.0), `message` packs them (the Jupyter messaging protocol 5.4), `cell`
//! runs a text and says what it shows in every form that a notebook can take, `aside` answers `?help`, `install`
//! registers the kernel. The session lives on the thread that calls [`run`]; sockets live on their own, so an interrupt is
//! heard while a cell runs.

mod aside;
mod cell;
mod connection;
mod history;
mod install;
mod message;
mod wire;

pub use install::{KernelPlace, install};

use crate::assist::completion::CandidateKind;
use crate::notation::Style;
use crate::number;
use crate::session::Session;
use crate::stop::StopToken;
use crate::syntax::{self, Completeness};
use crate::world::Folder;
use aside::Aside;
use cell::NotebookCell;
use connection::Connection;
use message::{Message, Signer};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use wire::{Peer, Publisher, Socket};

/// Something that the thread of the session has to do.
enum Task {
    Request(Box<Message>, Peer),
    Leave,
}

/// The kinds of the messages in a stream of frames that `key` signed; without a key, of all.
pub fn rehearse(stream: &[u8], key: &[u8]) -> Vec<String> {
    let signer = Signer::new(key);
    let messages = wire::messages(stream);
    let genuine = messages.filter_map(|frames| Message::read(&frames, &signer));
    let again = |message: Message| {
        // What is written is read.
        let written = Message::read(&message.frames(None, &signer), &signer);
        written.map(|message| message.kind().to_string())
    };
    genuine
        .map(|message| again(message).unwrap_or_default())
        .collect()
}

/// Serves a notebook until it asks to shut down.
///
/// # Errors
/// The connection file cannot be read, or a port is taken.
pub fn run(file: &Path) -> io::Result<()> {
    let connection = Connection::read(file)?;
    let bind = |k: usize| TcpListener::bind((&*connection.ip, connection.ports[k]));
    let [shell, control, stdin, heartbeat] = [bind(0)?, bind(1)?, bind(2)?, bind(3)?];
    let iopub = Publisher::bind(bind(4)?);
    let signer = Arc::new(connection.signer);
    let session = Session::in_world(Rc::new(Folder), Default::default());
    let stop = session.stop_token();
    let (tasks, to_do) = channel();

    // Ctrl-C where a front end was started reaches this process too: it stops the cell, not the kernel.
    let on_signal = stop.clone();
    // Without a handler Ctrl-C ends the kernel, which is acceptable.
    let _ = ctrlc::set_handler(move || on_signal.stop());

    wire::echo(heartbeat);
    let silent = signer.clone();
    wire::serve(stdin, Socket::Router, move |frames, _| {
        Message::read(frames, &silent).is_some()
    });
    let (verify, sender) = (signer.clone(), tasks.clone());
    wire::serve(
        shell,
        Socket::Router,
        move |frames, peer| match Message::read(frames, &verify) {
            Some(message) => sender
                .send(Task::Request(Box::new(message), peer.clone()))
                .is_ok(),
            None => true,
        },
    );
    let desk = Control {
        signer: signer.clone(),
        iopub: iopub.clone(),
        stop,
        tasks,
    };
    wire::serve(control, Socket::Router, move |frames, peer| {
        if let Some(message) = Message::read(frames, &desk.signer) {
            desk.answer(&message, peer);
        }
        true
    });

    let mut kernel = Kernel {
        session,
        signer,
        iopub,
        count: 0,
        history: Vec::new(),
    };
    kernel.publish(None, "status", json!({"execution_state": "starting"}));
    kernel.work(&to_do);
    Ok(())
}

/// What answers on the control socket, while a cell may run.
struct Control {
    signer: Arc<Signer>,
    iopub: Publisher,
    stop: StopToken,
    tasks: Sender<Task>,
}

impl Control {
    fn answer(&self, request: &Message, peer: &Peer) {
        let publish = |content| {
            let message = request.answer("status", content);
            self.iopub
                .send(message.frames(Some("status"), &self.signer));
        };
        publish(json!({"execution_state": "busy"}));
        let (kind, content) = match request.kind() {
            "interrupt_request" => {
                self.stop.stop();
                ("interrupt_reply", json!({"status": "ok"}))
            }
            "shutdown_request" => {
                let restart = request.content["restart"].as_bool().unwrap_or(false);
                let content = json!({"status": "ok", "restart": restart});
                ("shutdown_reply", content)
            }
            "kernel_info_request" => ("kernel_info_reply", information()),
            other => {
                let kind = other.strip_suffix("_request").unwrap_or(other);
                let reply = request.answer(&format!("{kind}_reply"), unknown(other));
                peer.send(reply.frames(None, &self.signer));
                return publish(json!({"execution_state": "idle"}));
            }
        };
        peer.send(request.answer(kind, content).frames(None, &self.signer));
        publish(json!({"execution_state": "idle"}));
        if kind == "shutdown_reply" {
            self.stop.stop();
            // The session's thread may have left already.
            let _ = self.tasks.send(Task::Leave);
        }
    }
}

fn unknown(kind: &str) -> Value {
    let message = format!("requests of the kind `{kind}` are not served");
    cell::fault("request", &message, "")
}

fn information() -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "status": "ok",
        "protocol_version": message::PROTOCOL,
        "implementation": "wengert",
        "implementation_version": version,
        "language_info": {
            "name": "wengert",
            "version": version,
            "mimetype": "text/x-wengert",
            "file_extension": ".ad",
            "pygments_lexer": "wengert",
            "codemirror_mode": "octave",
        },
        "banner": format!("Wengert {version}: see differentiation happen"),
        "help_links": [],
        "debugger": false,
        "supported_features": [],
    })
}

/// The session, and what a notebook knows of it.
struct Kernel {
    session: Session,
    signer: Arc<Signer>,
    iopub: Publisher,
    count: u64,
    /// The texts that ran, from the first on.
    history: Vec<String>,
}

impl Kernel {
    fn publish(&self, request: Option<&Message>, kind: &str, content: Value) {
        let message = match request {
            Some(request) => request.answer(kind, content),
            None => Message::first(kind, content),
        };
        self.iopub.send(message.frames(Some(kind), &self.signer));
    }

    /// Does what the sockets ask for, in order, until it is told to leave. After a failed cell the cells that wait
    /// already are not run.
    fn work(&mut self, to_do: &Receiver<Task>) {
        let mut waiting = VecDeque::new();
        let mut to_abort = 0;
        while let Some(task) = waiting.pop_front().or_else(|| to_do.recv().ok()) {
            let Task::Request(request, peer) = task else {
                return;
            };
            self.publish(Some(&request), "status", json!({"execution_state": "busy"}));
            let aborted = to_abort > 0 && request.kind() == "execute_request";
            let reply = match aborted {
                true => Some(("execute_reply".into(), json!({"status": "aborted"}))),
                false => self.answer(&request),
            };
            let mut leaves = false;
            if let Some((kind, content)) = reply {
                leaves = kind == "shutdown_reply";
                let stops = kind == "execute_reply"
                    && content["status"] == "error"
                    && request.content["stop_on_error"].as_bool().unwrap_or(true);
                if stops {
                    // Before the reply: what comes after it is meant to run.
                    waiting.extend(to_do.try_iter());
                    to_abort = waiting.len() + 1;
                }
                peer.send(request.answer(&kind, content).frames(None, &self.signer));
            }
            to_abort = to_abort.saturating_sub(1);
            self.publish(Some(&request), "status", json!({"execution_state": "idle"}));
            if leaves {
                return;
            }
        }
    }

    /// The kind and content of the reply to a request; `None` where the protocol has none.
    fn answer(&mut self, request: &Message) -> Option<(String, Value)> {
        let asked = &request.content;
        let text = |key: &str| asked[key].as_str().unwrap_or("");
        let content = match request.kind() {
            "kernel_info_request" => information(),
            "execute_request" => self.execute(request),
            "complete_request" => self.complete(text("code"), &asked["cursor_pos"]),
            "inspect_request" => self.inspect(text("code"), &asked["cursor_pos"]),
            "is_complete_request" => is_complete(text("code")),
            "history_request" => history::recall(&self.history, asked),
            "comm_info_request" => json!({"status": "ok", "comms": {}}),
            "shutdown_request" => {
                json!({"status": "ok", "restart": asked["restart"].as_bool().unwrap_or(false)})
            }
            // No widget lives here; the protocol wants what it opens to be closed.
            "comm_open" => {
                let id = &asked["comm_id"];
                self.publish(
                    Some(request),
                    "comm_close",
                    json!({"comm_id": id, "data": {}}),
                );
                return None;
            }
            "comm_msg" | "comm_close" => return None,
            other => unknown(other),
        };
        let kind = request.kind();
        let kind = kind.strip_suffix("_request").unwrap_or(kind);
        Some((format!("{kind}_reply"), content))
    }

    fn execute(&mut self, request: &Message) -> Value {
        let asked = &request.content;
        let code = asked["code"].as_str().unwrap_or("");
        let silent = asked["silent"].as_bool().unwrap_or(false);
        let stored = !silent && asked["store_history"].as_bool().unwrap_or(true);
        if stored {
            self.count += 1;
            self.history.push(code.to_string());
        }
        let count = self.count;
        if !silent {
            let content = json!({"code": code, "execution_count": count});
            self.publish(Some(request), "execute_input", content);
        }
        let (failure, payload) = self.run(request, code, silent);
        if let Some(mut content) = failure {
            if !silent {
                self.publish(Some(request), "error", content.clone());
            }
            content["execution_count"] = json!(count);
            return content;
        }
        let values = self.expressions(&asked["user_expressions"]);
        json!({
            "status": "ok", "execution_count": count, "payload": payload, "user_expressions": values,
        })
    }

    /// Runs a cell: the content of the error that ended it, and what is to be shown beside the notebook.
    fn run(&mut self, request: &Message, code: &str, silent: bool) -> (Option<Value>, Value) {
        let (signer, iopub) = (&self.signer, &self.iopub);
        let mut tell = |kind: &str, content: Value| {
            if !silent {
                iopub.send(request.answer(kind, content).frames(Some(kind), signer));
            }
        };
        let done = match aside::answer(&mut self.session, code) {
            None => {
                let cell = NotebookCell::new(&format!("[{}]", self.count), code, self.count);
                return (cell.run(&mut self.session, &mut tell), json!([]));
            }
            Some(done) => done,
        };
        match done {
            Ok(Aside::Page(text)) => {
                let page = json!({"source": "page", "data": {"text/plain": text}, "start": 0});
                return (None, json!([page]));
            }
            Ok(Aside::Clear) => tell("clear_output", json!({"wait": false})),
            Ok(Aside::Done) => {}
            Err(message) => {
                return (Some(cell::fault("name", &message, &message)), json!([]));
            }
        }
        (None, json!([]))
    }

    /// The values of expressions that a front end wants to know beside the cell.
    fn expressions(&mut self, asked: &Value) -> Value {
        let Some(asked) = asked.as_object() else {
            return json!({});
        };
        let mut answer = |text: &Value| match self.session.eval(text.as_str().unwrap_or("")) {
            Ok(value) => {
                let plain = number::inline(&value.into(), Style::default().digits);
                json!({"status": "ok", "data": {"text/plain": plain}, "metadata": {}})
            }
            Err(error) => cell::failed(&error),
        };
        let answers = asked.iter().map(|(key, text)| (key.clone(), answer(text)));
        Value::Object(answers.collect())
    }

    fn complete(&self, code: &str, cursor: &Value) -> Value {
        let at = byte_of(code, cursor);
        let found = self.session.complete(code, at);
        let matches: Vec<&str> = found.candidates.iter().map(|one| &*one.text).collect();
        let (start, end) = (
            point_of(code, found.range.start),
            point_of(code, found.range.end),
        );
        let types: Vec<Value> = found
            .candidates
            .iter()
            .map(|one| {
                let kind = match one.kind {
                    CandidateKind::Variable => "instance",
                    CandidateKind::Function => "function",
                    CandidateKind::Word => "keyword",
                    CandidateKind::File | CandidateKind::Folder => "path",
                    CandidateKind::Symbol => "symbol",
                };
                json!({"start": start, "end": end, "text": one.text, "type": kind, "signature": one.shown})
            })
            .collect();
        json!({
            "status": "ok", "matches": matches, "cursor_start": start, "cursor_end": end,
            "metadata": {"_jupyter_types_experimental": types},
        })
    }

    fn inspect(&self, code: &str, cursor: &Value) -> Value {
        let Some(found) = self.session.hover(code, byte_of(code, cursor)) else {
            return json!({"status": "ok", "found": false, "data": {}, "metadata": {}});
        };
        let digits = Style::default().digits;
        let mut text = format!("{}\n", found.title);
        if let Some(value) = &found.value {
            text.push_str(&format!("value: {}\n", number::inline(value, digits)));
        }
        for (name, value) in &found.gradients {
            text.push_str(&format!("∂/∂{name}: {}\n", number::inline(value, digits)));
        }
        if let Some(help) = &found.help {
            text.push_str(&format!("\n{help}"));
        }
        json!({"status": "ok", "found": true, "data": {"text/plain": text}, "metadata": {}})
    }
}

fn is_complete(code: &str) -> Value {
    match syntax::completeness(code) {
        Completeness::Complete => json!({"status": "complete"}),
        Completeness::Incomplete => json!({"status": "incomplete", "indent": "    "}),
        Completeness::Invalid => json!({"status": "invalid"}),
    }
}

/// The byte at which a cursor stands, which Jupyter counts in code points.
fn byte_of(code: &str, cursor: &Value) -> usize {
    let point = cursor.as_u64().map_or(usize::MAX, |point| point as usize);
    code.char_indices()
        .nth(point)
        .map_or(code.len(), |(at, _)| at)
}

/// The code point at a byte.
fn point_of(code: &str, byte: usize) -> usize {
    code.char_indices().take_while(|(at, _)| *at < byte).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_count_code_points() {
        // A letter and an accent, each of one code point, and a letter of two bytes.
        let code = "y\u{302} + θ";
        assert_eq!(byte_of(code, &json!(2)), "y\u{302}".len());
        assert_eq!(byte_of(code, &json!(9)), code.len());
        assert_eq!(point_of(code, "y\u{302} + ".len()), 5);
        assert_eq!(point_of(code, code.len()), 6);
    }
}
