//! Messages of the Jupyter protocol: a header, the header of what they answer, and content, as JSON, with a
//! signature. <https://jupyter-client.readthedocs.io/en/stable/messaging.html>

use hmac_sha256::HMAC;
use serde_json::{Value, json};
use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The version of the protocol.
pub const PROTOCOL: &str = "5.4";

/// Between the addresses and the parts of a message.
const DELIMITER: &[u8] = b"<IDS|MSG>";

/// Signs messages, and tells who knows the key; without a key it signs nothing and trusts everybody.
pub struct Signer(Option<HMAC>);

impl Signer {
    pub fn new(key: &[u8]) -> Signer {
        Signer((!key.is_empty()).then(|| HMAC::new(key)))
    }

    fn over<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> Option<HMAC> {
        let mut mac = self.0.clone()?;
        parts.into_iter().for_each(|part| mac.update(part));
        Some(mac)
    }

    fn sign<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
        let mut text = String::new();
        for byte in self.over(parts).map(HMAC::finalize).iter().flatten() {
            // Writing into memory does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.into_bytes()
    }

    /// True if `signature`, in hexadecimal digits, is ours; compared in constant time.
    fn verifies<'p>(&self, signature: &[u8], parts: impl IntoIterator<Item = &'p [u8]>) -> bool {
        let Some(mac) = self.over(parts) else {
            return true;
        };
        let digit = |byte: &u8| (*byte as char).to_digit(16);
        let bytes: Option<Vec<u8>> = signature
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
                _ => None,
            })
            .collect();
        let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.is_some_and(|bytes| mac.finalize_verify(&bytes))
    }
}

/// A message without its addresses and signature.
#[derive(Clone, Debug)]
pub struct Message {
    header: Value,
    parent: Value,
    /// What it says.
    pub content: Value,
}

/// This kernel, as its messages call it.
static SESSION: LazyLock<String> = LazyLock::new(|| {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
});

impl Message {
    /// A message that answers none.
    pub fn first(kind: &str, content: Value) -> Message {
        static SENT: AtomicU64 = AtomicU64::new(0);
        let number = SENT.fetch_add(1, Ordering::Relaxed);
        let header = json!({
            "msg_id": format!("{}_{number}", *SESSION),
            "session": *SESSION,
            "username": "kernel",
            "date": now(),
            "msg_type": kind,
            "version": PROTOCOL,
        });
        Message {
            header,
            parent: json!({}),
            content,
        }
    }

    /// A message that answers this one.
    pub fn answer(&self, kind: &str, content: Value) -> Message {
        Message {
            parent: self.header.clone(),
            ..Message::first(kind, content)
        }
    }

    /// The kind of message, such as `execute_request`.
    pub fn kind(&self) -> &str {
        self.header["msg_type"].as_str().unwrap_or("")
    }

    /// The message in some frames; `None` if it is cut, no JSON, or signed by somebody else.
    pub fn read(frames: &[Vec<u8>], signer: &Signer) -> Option<Message> {
        let at = frames.iter().position(|frame| frame == DELIMITER)?;
        let [signature, header, parent, metadata, content, ..] = &frames[at + 1..] else {
            return None;
        };
        let parts = [header, parent, metadata, content];
        if !signer.verifies(signature, parts.map(Vec::as_slice)) {
            return None;
        }
        let value = |frame: &[u8]| serde_json::from_slice::<Value>(frame).ok();
        let message = Message {
            header: value(header)?,
            parent: value(parent)?,
            content: value(content)?,
        };
        (!message.kind().is_empty()).then_some(message)
    }

    /// The frames of the message, signed; behind a topic where it is published.
    pub fn frames(&self, topic: Option<&str>, signer: &Signer) -> Vec<Vec<u8>> {
        let parts = [&self.header, &self.parent, &json!({}), &self.content]
            .map(|part| part.to_string().into_bytes());
        let signature = signer.sign(parts.iter().map(Vec::as_slice));
        let topic = topic.map(|topic| format!("kernel.{}.{topic}", *SESSION).into_bytes());
        let before = topic.into_iter().chain([DELIMITER.to_vec(), signature]);
        before.chain(parts).collect()
    }
}

/// The time in UTC, as ISO 8601 writes it.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.unwrap_or_default();
    timestamp(since.as_secs(), since.subsec_micros())
}

fn timestamp(seconds: u64, micros: u32) -> String {
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Year, month and day of a day since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms:
/// eras of 400 years, years from March on).
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(signer: &Signer) -> Vec<Vec<u8>> {
        Message::first("kernel_info_request", json!({"a": 1})).frames(None, signer)
    }

    #[test]
    fn what_is_written_is_read() {
        let signer = Signer::new(b"secret");
        let read = Message::read(&request(&signer), &signer).expect("signed");
        assert_eq!(
            (read.kind(), &read.content["a"]),
            ("kernel_info_request", &json!(1))
        );
    }

    #[test]
    fn forged_and_cut_messages_are_none() {
        let signer = Signer::new(b"secret");
        let frames = request(&signer);
        assert!(Message::read(&frames, &Signer::new(b"other")).is_none());
        assert!(Message::read(&request(&Signer::new(b"")), &signer).is_none());
        for k in 0..frames.len() {
            assert!(Message::read(&frames[..k], &signer).is_none());
            let mut bent = frames.clone();
            bent[k] = b"[".to_vec();
            assert!(Message::read(&bent, &signer).is_none());
        }
    }

    #[test]
    fn dates() {
        assert_eq!(timestamp(951_782_400, 0), "2000-02-29T00:00:00.000000Z");
        assert_eq!(timestamp(1_796_083_199, 7), "2026-11-30T23:59:59.000007Z");
    }
}
