//! Messages of the language server protocol on streams: a header with a length, then JSON-RPC.
//! <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>

use serde_json::{Value, json};
use std::io::{self, BufRead, Write};

/// The longest message that is read.
const LONGEST: usize = 1 << 28;

/// The next message; `None` at the end of the stream. What is no JSON is [`Value::Null`].
///
/// # Errors
/// The stream fails, ends inside a message, or holds something else.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Value>> {
    let garbled = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return match length {
                None => Ok(None),
                Some(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
        let line = line.trim_end();
        if line.is_empty() && length.is_some() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
            length.ok_or_else(|| garbled("a header without a length"))?;
        }
    }
    let length = length.filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| garbled("a message that is too long"))?;
    // Room grows with what arrives, not with what is announced.
    let mut body = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(input, length as u64), &mut body)?;
    if body.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// Writes a message.
///
/// # Errors
/// The stream fails.
pub fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

/// The answer to a request.
pub fn response(id: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

/// The refusal of a request.
pub fn refusal(id: &Value, code: i32, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// A message that wants no answer.
pub fn notification(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_cut_is_an_error() {
        let mut bytes = Vec::new();
        write(&mut bytes, &notification("a", json!("ŷ"))).expect("memory");
        let read_all = |bytes: &[u8]| read(&mut &*bytes);
        let message = read_all(&bytes).expect("whole").expect("one");
        assert_eq!(message["params"], "ŷ");
        assert!(matches!(read_all(b""), Ok(None)));
        for k in 21..bytes.len() {
            assert!(read_all(&bytes[..k]).is_err(), "{k} bytes");
        }
        assert!(read_all(b"Content-Length: 99999999999\r\n\r\n").is_err());
        assert!(read_all(b"Content-Length: no\r\n\r\n").is_err());
    }
}
