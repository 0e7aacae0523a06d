//! Sockets as ZeroMQ speaks them on TCP: ZMTP 3.0 with the mechanism NULL, the server's side of ROUTER, PUB and REP.
//! <https://rfc.zeromq.org/spec/23/>
//!
//! A greeting of 64 bytes, a command READY, then messages of frames. A frame has a byte of flags, a length
//! of one or eight bytes, and a body. Every peer has a thread that reads and one that writes, so a slow peer holds up
//! nobody.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// More frames of the same message follow.
const MORE: u8 = 1;
/// The length has eight bytes.
const LONG: u8 = 2;
/// The frame is a command.
const COMMAND: u8 = 4;

/// The longest frame, and the most frames of a message, that a peer may send.
const LONGEST: u64 = 1 << 28;
const MOST_FRAMES: usize = 1000;
/// The time that a peer has to greet.
const PATIENCE: Duration = Duration::from_secs(10);

/// The frames of a message.
pub type Frames = Vec<Vec<u8>>;

/// The kinds of sockets that a kernel has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Socket {
    /// Answers the peer that asked.
    Router,
    /// Tells all that subscribed.
    Pub,
    /// Answers at once.
    Rep,
}

impl Socket {
    fn name(self) -> &'static str {
        match self {
            Socket::Router => "ROUTER",
            Socket::Pub => "PUB",
            Socket::Rep => "REP",
        }
    }
}

/// The other end of a connection.
#[derive(Clone)]
pub struct Peer {
    number: u64,
    out: Sender<Frames>,
}

impl Peer {
    /// Sends a message; false if the peer is gone.
    pub fn send(&self, frames: Frames) -> bool {
        self.out.send(frames).is_ok()
    }
}

/// Serves everybody who connects: `take` gets each message, and ends the connection with false.
pub fn serve(
    listener: TcpListener,
    socket: Socket,
    take: impl Fn(&[Vec<u8>], &Peer) -> bool + Send + Sync + 'static,
) {
    static PEERS: AtomicU64 = AtomicU64::new(0);
    let take = Arc::new(take);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let take = take.clone();
            let number = PEERS.fetch_add(1, Ordering::Relaxed);
            // A connection that fails is the peer's affair.
            thread::spawn(move || connected(stream, socket, number, &*take));
        }
    });
}

/// Sends every message back: how a front end sees that the kernel lives.
pub fn echo(listener: TcpListener) {
    serve(listener, Socket::Rep, |frames, peer| {
        peer.send(frames.to_vec())
    });
}

fn connected(
    stream: TcpStream,
    socket: Socket,
    number: u64,
    take: &dyn Fn(&[Vec<u8>], &Peer) -> bool,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut input = BufReader::new(stream.try_clone()?);
    let mut output = BufWriter::new(stream.try_clone()?);
    shake_hands(&mut input, &mut output, socket)?;
    stream.set_read_timeout(None)?;
    let (out, messages) = channel();
    let peer = Peer { number, out };
    thread::spawn(move || write_all(&mut output, &messages));
    loop {
        match read_message(&mut input)? {
            Heard::Message(frames) if take(&frames, &peer) => {}
            Heard::Message(_) => return Ok(()),
            Heard::Command(body) => {
                // What newer peers say as commands, older ones say as messages.
                let subscription = [(&b"\x09SUBSCRIBE"[..], 1), (&b"\x06CANCEL"[..], 0)];
                for (name, sign) in subscription {
                    if let Some(topic) = body.strip_prefix(name) {
                        take(&[[&[sign], topic].concat()], &peer);
                    }
                }
            }
        }
    }
}

fn write_all(output: &mut impl Write, messages: &Receiver<Frames>) -> io::Result<()> {
    for frames in messages {
        for (k, frame) in frames.iter().enumerate() {
            let more = if k + 1 < frames.len() { MORE } else { 0 };
            write_frame(output, more, frame)?;
        }
        output.flush()?;
    }
    Ok(())
}

fn write_frame(output: &mut impl Write, flags: u8, body: &[u8]) -> io::Result<()> {
    match u8::try_from(body.len()) {
        Ok(length) => output.write_all(&[flags, length])?,
        Err(_) => {
            output.write_all(&[flags | LONG])?;
            output.write_all(&(body.len() as u64).to_be_bytes())?;
        }
    }
    output.write_all(body)
}

fn shake_hands(input: &mut impl Read, output: &mut impl Write, socket: Socket) -> io::Result<()> {
    let mut greeting = [0; 64];
    (greeting[0], greeting[9], greeting[10]) = (0xff, 0x7f, 3);
    greeting[12..16].copy_from_slice(b"NULL");
    output.write_all(&greeting)?;
    output.flush()?;
    let mut theirs = [0; 64];
    input.read_exact(&mut theirs)?;
    if (theirs[0], theirs[9]) != (0xff, 0x7f) || theirs[10] < 3 || theirs[12..17] != *b"NULL\0" {
        return Err(garbled("another protocol"));
    }
    let mut ready = b"\x05READY\x0bSocket-Type".to_vec();
    ready.extend((socket.name().len() as u32).to_be_bytes());
    ready.extend(socket.name().as_bytes());
    write_frame(output, COMMAND, &ready)?;
    output.flush()?;
    let (flags, body) = read_frame(input)?;
    if flags & COMMAND == 0 || !body.starts_with(b"\x05READY") {
        return Err(garbled("no READY"));
    }
    Ok(())
}

fn garbled(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_frame(input: &mut impl Read) -> io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 1];
    input.read_exact(&mut head)?;
    let flags = head[0];
    let length = if flags & LONG == 0 {
        let mut short = [0; 1];
        input.read_exact(&mut short)?;
        u64::from(short[0])
    } else {
        let mut long = [0; 8];
        input.read_exact(&mut long)?;
        u64::from_be_bytes(long)
    };
    if flags & !(MORE | LONG | COMMAND) != 0 || length > LONGEST {
        return Err(garbled("no frame"));
    }
    // Room grows with what arrives, not with what is announced.
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    match body.len() as u64 == length {
        true => Ok((flags, body)),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[derive(Debug, PartialEq)]
enum Heard {
    Message(Frames),
    Command(Vec<u8>),
}

fn read_message(input: &mut impl Read) -> io::Result<Heard> {
    let (mut frames, mut size) = (Vec::new(), 0);
    loop {
        let (flags, body) = read_frame(input)?;
        if flags & COMMAND != 0 {
            return match frames.is_empty() {
                true => Ok(Heard::Command(body)),
                false => Err(garbled("a command inside a message")),
            };
        }
        size += body.len() as u64;
        frames.push(body);
        if flags & MORE == 0 {
            return Ok(Heard::Message(frames));
        }
        if frames.len() >= MOST_FRAMES || size > LONGEST {
            return Err(garbled("a message without end"));
        }
    }
}

/// The messages of a stream up to its end, or to what is no frame.
pub fn messages(mut stream: &[u8]) -> impl Iterator<Item = Frames> {
    let heard = std::iter::from_fn(move || read_message(&mut stream).ok());
    heard.filter_map(|heard| match heard {
        Heard::Message(frames) => Some(frames),
        Heard::Command(_) => None,
    })
}

/// Those who subscribed, and to what.
#[derive(Clone, Default)]
pub struct Publisher(Arc<Mutex<Vec<Subscriber>>>);

struct Subscriber {
    peer: Peer,
    topics: Vec<Vec<u8>>,
}

impl Publisher {
    /// Publishes to those who connect here.
    pub fn bind(listener: TcpListener) -> Publisher {
        let publisher = Publisher::default();
        let subscribers = publisher.clone();
        serve(listener, Socket::Pub, move |frames, peer| {
            if let [frame] = frames {
                subscribers.subscribe(frame, peer);
            }
            true
        });
        publisher
    }

    fn list(&self) -> MutexGuard<'_, Vec<Subscriber>> {
        // The list is whole between any two of its changes, so a panic cannot have spoilt it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A byte 1 and a topic subscribes to it, a byte 0 takes that back.
    fn subscribe(&self, frame: &[u8], peer: &Peer) {
        let mut list = self.list();
        let known = list.iter().position(|one| one.peer.number == peer.number);
        let known = known.unwrap_or_else(|| {
            let peer = peer.clone();
            list.push(Subscriber {
                peer,
                topics: Vec::new(),
            });
            list.len() - 1
        });
        let topics = &mut list[known].topics;
        match frame {
            [1, topic @ ..] => topics.push(topic.to_vec()),
            [0, topic @ ..] => {
                if let Some(at) = topics.iter().position(|one| one == topic) {
                    topics.remove(at);
                }
            }
            _ => {}
        }
    }

    /// Sends a message to all whose topics its first frame begins with.
    pub fn send(&self, frames: Frames) {
        self.list().retain(|one| {
            let wanted =
                |topic: &Vec<u8>| frames.first().is_some_and(|first| first.starts_with(topic));
            !one.topics.iter().any(wanted) || one.peer.send(frames.clone())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(frames: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (k, frame) in frames.iter().enumerate() {
            let more = if k + 1 < frames.len() { MORE } else { 0 };
            write_frame(&mut bytes, more, frame).expect("memory");
        }
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let long = vec![7; 1000];
        let bytes = written(&[b"", b"a", &long]);
        let read = read_message(&mut &*bytes).expect("whole");
        assert_eq!(read, Heard::Message(vec![vec![], b"a".to_vec(), long]));
    }

    #[test]
    fn cut_and_endless_messages_are_errors() {
        let bytes = written(&[b"abc", b"de"]);
        for k in 0..bytes.len() {
            assert!(read_message(&mut &bytes[..k]).is_err(), "{k} bytes");
        }
        let announced = [LONG, 0, 0, 0, 0, 0xff, 0, 0, 0];
        assert!(read_message(&mut &announced[..]).is_err());
        let endless = [MORE, 0].repeat(2 * MOST_FRAMES);
        assert!(read_message(&mut &*endless).is_err());
        assert!(shake_hands(&mut &[0u8; 64][..], &mut io::sink(), Socket::Router).is_err());
    }
}
