//! A server that follows a script, and the accounts that talk to it.
//!
//! A script has one step a line: `C: x` expects exactly the line `x`, `C~ x` a line that starts
//! with `x`; `S: x` sends a line, `S. x` sends without a line end (`<CRLF>` is one), `S* n x` sends a line n times
//! (fast). `BYE` ends the connection, `STALL` waits for ever. Blank lines are skipped. When the
//! script ends, the rest of what the client says is only recorded.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
};

use aloud::{
    engine::{
        AccountSettings, Error, Security, Server,
        net::{Dialer, Stream},
    },
    model::{AddrSpec, Secret},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream};

pub const USER: &str = "ada";
pub const PASSWORD: &str = "correct horse";

/// What every server of a test saw, and what went otherwise than scripted.
#[derive(Default)]
pub struct Log {
    pub heard: Mutex<Vec<u8>>,
    pub wrong: Mutex<Vec<String>>,
}

impl Log {
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("log")).into_owned()
    }
}

type Scene = Box<dyn FnOnce(DuplexStream, Arc<Log>) + Send>;

/// A dialer whose connections are the given scenes, in order.
pub struct Stage {
    scenes: Mutex<VecDeque<Scene>>,
    buffer: usize,
    pub log: Arc<Log>,
    inside: bool,
}

impl Stage {
    /// Plays scripts, one a connection, over pipes that hold `buffer` octets.
    pub fn new(buffer: usize, scripts: &[&str]) -> Self {
        let scenes = scripts
            .iter()
            .map(|script| {
                let script = (*script).to_owned();
                let scene: Scene = Box::new(move |stream, log| {
                    tokio::spawn(async move { play(stream, &script, &log).await });
                });
                scene
            })
            .collect();
        Self { scenes: Mutex::new(scenes), buffer, log: Arc::default(), inside: true }
    }

    /// Plays one scene of the test's own.
    pub fn with(scene: impl FnOnce(DuplexStream, Arc<Log>) + Send + 'static) -> Self {
        let scenes = Mutex::new(VecDeque::from([Box::new(scene) as Scene]));
        Self { scenes, buffer: 4096, log: Arc::default(), inside: true }
    }

    /// And then plays what another stage holds.
    pub fn then(self, other: Self) -> Self {
        let more = std::mem::take(&mut *other.scenes.lock().expect("scenes"));
        self.scenes.lock().expect("scenes").extend(more);
        self
    }

    /// Pretends that the server is on another computer.
    pub fn far(mut self) -> Self {
        self.inside = false;
        self
    }

    /// Everything went as scripted and every script was played.
    pub fn finish(&self) {
        assert_eq!(*self.log.wrong.lock().expect("log"), Vec::<String>::new());
        assert_eq!(self.scenes.lock().expect("scenes").len(), 0, "connections not made");
    }

    pub fn left(&self) -> usize {
        self.scenes.lock().expect("scenes").len()
    }
}

#[async_trait::async_trait]
impl Dialer for Stage {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn Stream>> {
        let scene = self.scenes.lock().expect("scenes").pop_front();
        let scene = scene.ok_or(io::ErrorKind::ConnectionRefused)?;
        let (near, far) = tokio::io::duplex(self.buffer);
        scene(far, Arc::clone(&self.log));
        Ok(Box::new(near))
    }

    fn in_process(&self, _host: &str, _port: u16) -> bool {
        self.inside
    }
}

/// Plays a script on a stream.
pub async fn play<S: AsyncRead + AsyncWrite + Unpin>(stream: S, script: &str, log: &Log) {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::new(reader);
    let note = |text: String| log.wrong.lock().expect("log").push(text);
    for step in script.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        let (kind, text) = step.split_at_checked(3).unwrap_or((step, ""));
        match kind {
            "C: " | "C~ " => {
                let line = read_line(&mut reader, log).await;
                let good = if kind == "C: " { line == text } else { line.starts_with(text) };
                if !good {
                    note(format!("expected {text:?}, got {line:?}"));
                    return;
                }
            }
            "S: " | "S:" => {
                if writer.write_all(format!("{text}\r\n").as_bytes()).await.is_err() {
                    return;
                }
            }
            "S. " => {
                let text = text.replace("<CRLF>", "\r\n");
                if writer.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            "S* " => {
                let (count, text) = text.split_once(' ').expect("a count");
                let block = format!("{text}\r\n").repeat(1000);
                let count: usize = count.parse().expect("a count");
                for _ in 0..count / 1000 {
                    if writer.write_all(block.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
            "BYE" => return,
            "STA" => std::future::pending::<()>().await,
            _ => note(format!("no such step: {step}")),
        }
    }
    while !read_line(&mut reader, log).await.is_empty() {}
}

async fn read_line<R: AsyncRead + Unpin>(reader: &mut R, log: &Log) -> String {
    let mut line = Vec::new();
    while let Ok(octet) = reader.read_u8().await {
        log.heard.lock().expect("log").push(octet);
        line.push(octet);
        if octet == b'\n' {
            break;
        }
    }
    let text = String::from_utf8_lossy(&line).into_owned();
    text.trim_end_matches("\r\n").to_owned()
}

pub fn settings(security: Security) -> AccountSettings {
    let server = |port| Server { host: "mail.example.com".into(), port, security };
    AccountSettings {
        name: "Ada".into(),
        address: AddrSpec::parse("ada@example.com").expect("an address"),
        label: "Example".into(),
        imap: server(143),
        smtp: server(587),
        user: USER.into(),
        sign_in: Default::default(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: None,
        demo: false,
    }
}

pub fn password() -> Secret {
    Secret::new(PASSWORD.into())
}

/// A word for the class of an error, for tables.
pub fn class(error: &Error) -> &'static str {
    match error {
        Error::Auth(_) => "auth",
        Error::NoSignIn => "no sign-in",
        Error::Certificate(_) => "certificate",
        Error::NoEncryption => "no encryption",
        Error::Unreachable { .. } => "unreachable",
        Error::Server(_) => "server",
        Error::Protocol(_) => "protocol",
        Error::NotFound(_) => "not found",
        Error::Invalid(_) => "invalid",
        _ => "other",
    }
}
