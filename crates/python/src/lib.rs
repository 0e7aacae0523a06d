//! The native part of the Python module: a session on a thread of its own, to which any thread of Python may talk.
//! Values and texts cross over; what is arranged for people is in `wengert/__init__.py`.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use std::path::Path;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;
use wengert::export::{DataFolder, ExportOptions, ExportTarget};
use wengert::notation::Style;
use wengert::source::Source;
use wengert::stop::StopToken;
use wengert::world::Folder;
use wengert::{Diagnostic, Event, Limits, Session, Value, cli, render, repl};

create_exception!(
    _wengert,
    Failure,
    PyException,
    "An error of the session: code, message, span, help and the drawing, as its arguments."
);

/// How often Python is asked whether Ctrl-C was pressed.
const PULSE: Duration = Duration::from_millis(50);

type Task = Box<dyn FnOnce(&mut Session) + Send>;

/// An error as it crosses threads.
struct Wrong {
    code: &'static str,
    message: String,
    span: (u32, u32),
    help: Option<String>,
    drawn: String,
}

impl From<Diagnostic> for Wrong {
    fn from(error: Diagnostic) -> Wrong {
        let span = error.location().span;
        Wrong {
            code: error.code().name(),
            message: error.message().to_string(),
            span: (span.start, span.end),
            help: error.advice().map(String::from),
            drawn: render::diagnostic::text(&error, &Style::default()),
        }
    }
}

impl From<Wrong> for PyErr {
    fn from(wrong: Wrong) -> PyErr {
        Failure::new_err((
            wrong.code,
            wrong.message,
            wrong.span,
            wrong.help,
            wrong.drawn,
        ))
    }
}

/// What a statement shows, in every form.
struct Shown {
    json: String,
    text: String,
    html: String,
    latex: Option<String>,
    svg: Option<String>,
}

impl Shown {
    fn new(event: &Event) -> Shown {
        let style = Style::default();
        if let Event::Warning(warning) = event {
            return Shown {
                json: event.to_json(),
                text: render::diagnostic::text(warning, &style),
                html: render::html::diagnostic(warning, &style),
                latex: None,
                svg: None,
            };
        }
        Shown {
            json: event.to_json(),
            text: render::terminal::event(event, &style),
            html: event.to_html(),
            latex: render::latex::formulas(event, &style),
            svg: match event {
                Event::Plot(plot) => Some(render::plot::sheet(plot).svg()),
                Event::Graph(drawing) => Some(render::graph::sheet(drawing).svg()),
                _ => None,
            },
        }
    }

    fn into_dict(self, py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("json", self.json)?;
        dict.set_item("text", self.text)?;
        dict.set_item("html", self.html)?;
        dict.set_item("latex", self.latex)?;
        dict.set_item("svg", self.svg)?;
        Ok(dict)
    }
}

/// A session that lives on a thread of its own.
#[pyclass(frozen)]
struct Engine {
    tasks: Mutex<Sender<Task>>,
    stop: StopToken,
}

impl Engine {
    /// Does some work in the session. Python runs on meanwhile; Ctrl-C stops the work.
    fn ask<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Session) -> T + Send + 'static,
    ) -> PyResult<T> {
        let gone = || PyRuntimeError::new_err("the session has ended");
        let (send, answers) = channel();
        let task: Task = Box::new(move |session| {
            session.stop_token().clear();
            // Whoever asked may have given up.
            let _ = send.send(work(session));
        });
        let tasks = self.tasks.lock().map_err(|_| gone())?.clone();
        tasks.send(task).map_err(|_| gone())?;
        let mut interrupted = None;
        // A receiver stays on its thread; the lock makes it one that may be lent.
        let answers = Mutex::new(answers);
        loop {
            let answer = py.detach(|| match answers.lock() {
                Ok(answers) => answers.recv_timeout(PULSE),
                Err(_) => Err(RecvTimeoutError::Disconnected),
            });
            match answer {
                Ok(answer) => return interrupted.map_or(Ok(answer), Err),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(signal) = py.check_signals() {
                        interrupted = Some(signal);
                    }
                    if interrupted.is_some() {
                        self.stop.stop();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }
}

#[pymethods]
impl Engine {
    #[new]
    fn new() -> Engine {
        let (tasks, to_do) = channel::<Task>();
        let (send, token) = channel();
        thread::spawn(move || {
            let mut session = Session::in_world(Rc::new(Folder), Limits::default());
            // The engine waits for it.
            let _ = send.send(session.stop_token());
            to_do.into_iter().for_each(|task| task(&mut session));
        });
        Engine {
            tasks: Mutex::new(tasks),
            stop: token.recv().unwrap_or_default(),
        }
    }

    /// Runs a script; what it shows, in order, and the error that ended it.
    fn run<'py>(
        &self,
        py: Python<'py>,
        text: String,
        name: String,
    ) -> PyResult<(Bound<'py, PyList>, Option<Py<PyAny>>)> {
        let (shown, error) = self.ask(py, move |session| {
            let mut shown = Vec::new();
            let source = Source::new(name, text);
            let run = session.run_source(&source, &mut |event| shown.push(Shown::new(&event)));
            (shown, run.err().map(Wrong::from))
        })?;
        let list = PyList::empty(py);
        for one in shown {
            list.append(one.into_dict(py)?)?;
        }
        let error = error.map(|wrong| PyErr::from(wrong).into_value(py).into_any());
        Ok((list, error))
    }

    /// Makes a name an input with this value: entries of eight bytes, column by column.
    fn set(
        &self,
        py: Python<'_>,
        name: String,
        rows: usize,
        columns: usize,
        entries: &[u8],
    ) -> PyResult<()> {
        let entries = entries.as_chunks::<8>().0.iter();
        let entries = entries.map(|bytes| f64::from_ne_bytes(*bytes)).collect();
        let value = Value::matrix(rows, columns, entries);
        let value =
            value.ok_or_else(|| PyValueError::new_err("the shape does not fit the entries"))?;
        let set = self.ask(py, move |session| {
            session.set(&name, value).map_err(Wrong::from)
        })?;
        Ok(set?)
    }

    /// The value of an expression: rows, columns, and entries as in `set`.
    fn value<'py>(
        &self,
        py: Python<'py>,
        expression: String,
    ) -> PyResult<(usize, usize, Bound<'py, PyBytes>)> {
        let value = self.ask(py, move |session| {
            session.eval(&expression).map_err(Wrong::from)
        })??;
        let (rows, columns) = value.shape();
        let bytes: Vec<u8> = value
            .as_slice()
            .iter()
            .flat_map(|x| x.to_ne_bytes())
            .collect();
        Ok((rows, columns, PyBytes::new(py, &bytes)))
    }

    /// What is defined as a program in another language, with a function for each request.
    fn export(&self, py: Python<'_>, requests: Vec<String>, target: String) -> PyResult<String> {
        let target = named(&target)?;
        let text = self.ask(py, move |session| {
            let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
            let how = ExportOptions::default();
            session.export(&requests, target, &how).map_err(Wrong::from)
        })??;
        Ok(text)
    }

    /// A script as a program in another language; without requests, what it shows.
    fn export_script(
        &self,
        py: Python<'_>,
        path: String,
        requests: Vec<String>,
        target: String,
    ) -> PyResult<String> {
        let target = named(&target)?;
        let script = std::fs::read_to_string(&path)?;
        let folder = std::path::absolute(&path)?;
        let folder = folder.parent().unwrap_or(Path::new("/"));
        let folder = folder.to_string_lossy().replace('\\', "/");
        let text = self.ask(py, move |session| {
            let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
            let how = ExportOptions {
                folder: Some(DataFolder::Fixed(folder)),
                ..ExportOptions::default()
            };
            let source = Source::file(Path::new(&path), script);
            let shown = &mut |_| {};
            let exported = session.export_script(&source, &requests, target, &how, shown);
            exported.map_err(Wrong::from)
        })??;
        Ok(text)
    }

    /// The names that are defined.
    fn names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.ask(py, |session| {
            let variables = session.definitions().own_variables();
            variables.map(|(name, _)| name.to_string()).collect()
        })
    }

    /// A page of help; nothing where the topic is unknown.
    fn help(&self, py: Python<'_>, topic: String) -> PyResult<Option<String>> {
        self.ask(py, move |session| session.explain(&topic).ok())
    }
}

/// The target that `word` names.
fn named(word: &str) -> PyResult<ExportTarget> {
    ExportTarget::named(word)
        .ok_or_else(|| PyValueError::new_err(format!("there is no target {word:?}")))
}

/// The program `wengert`, with its arguments; its exit status.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<String>) -> u8 {
    py.detach(|| cli::main_with(arguments, repl::run).code())
}

#[pymodule]
fn _wengert(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Engine>()?;
    module.add_function(wrap_pyfunction!(main, module)?)?;
    module.add("Failure", module.py().get_type::<Failure>())?;
    module.add("version", env!("CARGO_PKG_VERSION"))
}
