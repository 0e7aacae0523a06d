//! The file in which Jupyter says where a kernel is to listen.

use super::message::Signer;
use serde_json::Value;
use std::io;
use std::path::Path;

/// What a connection file says.
pub struct Connection {
    /// The address to listen at.
    pub ip: String,
    /// Shell, control, stdin, heartbeat, iopub.
    pub ports: [u16; 5],
    /// Knows the key.
    pub signer: Signer,
}

/// The sockets, in the order of [`Connection::ports`].
const PORTS: [&str; 5] = [
    "shell_port",
    "control_port",
    "stdin_port",
    "hb_port",
    "iopub_port",
];

impl Connection {
    /// Reads the file.
    ///
    /// # Errors
    /// The file cannot be read, or is no connection file.
    pub fn read(file: &Path) -> io::Result<Connection> {
        let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let text = std::fs::read_to_string(file)?;
        let said: Value = serde_json::from_str(&text)
            .map_err(|_| wrong("a connection file is a JSON object".into()))?;
        let text_of =
            |key: &str, usual: &str| -> String { said[key].as_str().unwrap_or(usual).to_string() };
        let transport = text_of("transport", "tcp");
        if transport != "tcp" {
            return Err(wrong(format!(
                "the transport `{transport}` is not supported; use `tcp`"
            )));
        }
        let scheme = text_of("signature_scheme", "hmac-sha256");
        if scheme != "hmac-sha256" {
            return Err(wrong(format!(
                "the signature scheme `{scheme}` is not supported; use `hmac-sha256`"
            )));
        }
        let mut ports = [0; 5];
        for (port, key) in ports.iter_mut().zip(PORTS) {
            let number = said[key].as_u64().and_then(|port| u16::try_from(port).ok());
            *port = number.ok_or_else(|| wrong(format!("`{key}` is not a port")))?;
        }
        Ok(Connection {
            ip: text_of("ip", "127.0.0.1"),
            ports,
            signer: Signer::new(text_of("key", "").as_bytes()),
        })
    }
}
