//! The built-in server against scripted clients: strict where the RFCs are, and unharmed by
//! anything that comes over the wire.

mod check;
mod demo;
mod faults;
mod garbage;
mod imap;
mod smtp;

use aloud::{
    loopback::Loopback,
    model::{AddrSpec, DateTime},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A server with one user, `ada` / `secret`, and `count` small messages in INBOX.
fn server(count: u32) -> Loopback {
    let now = DateTime { unix: 1_760_431_260, offset_minutes: 60 };
    let server = Loopback::empty(now);
    let address = AddrSpec::parse("ada@example.com").expect("an address");
    server.add_user("ada", "secret", &[address]);
    for n in 1..=count {
        let text = format!(
            "From: Bo <bo@example.net>\r\nTo: ada@example.com\r\nSubject: Message {n}\r\n\
             Message-ID: <{n}@example.net>\r\n\r\nText {n}\r\n"
        );
        server.deliver("INBOX", text.into_bytes(), &[], now).expect("INBOX exists");
    }
    server
}

/// A client that says lines and reads lines.
struct Script<S> {
    stream: S,
    input: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Script<S> {
    fn new(stream: S) -> Self {
        Self { stream, input: Vec::new() }
    }

    async fn send(&mut self, text: impl AsRef<[u8]>) {
        self.stream.write_all(text.as_ref()).await.expect("the server reads");
    }

    /// One line without CRLF; literals come as further lines. `None` at the end.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.input.windows(2).position(|w| w == b"\r\n") {
                let line: Vec<u8> = self.input.drain(..end + 2).take(end).collect();
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
            let mut chunk = [0; 4096];
            // Ends a test that would wait for ever; no test depends on the time.
            let hang = std::time::Duration::from_secs(30);
            let read = tokio::time::timeout(hang, self.stream.read(&mut chunk)).await;
            match read.expect("the server answers") {
                Ok(count) if count > 0 => self.input.extend_from_slice(&chunk[..count]),
                _ => return None,
            }
        }
    }

    /// Sends a command and reads up to its tagged answer.
    async fn imap(&mut self, command: &str) -> Vec<String> {
        self.send(format!("t {command}\r\n")).await;
        self.until("t ").await
    }

    /// Reads up to a line that starts so.
    async fn until(&mut self, start: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            let last = line.starts_with(start);
            lines.push(line);
            if last {
                break;
            }
        }
        lines
    }

    /// Sends an SMTP line and reads the reply.
    async fn smtp(&mut self, line: &str) -> Vec<String> {
        self.send(format!("{line}\r\n")).await;
        self.reply().await
    }

    async fn reply(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            let last = line.as_bytes().get(3) != Some(&b'-');
            lines.push(line);
            if last {
                break;
            }
        }
        lines
    }
}

/// A client that has signed in and selected INBOX.
async fn selected(server: &Loopback) -> Script<impl AsyncRead + AsyncWrite + Unpin + use<>> {
    let mut client = Script::new(server.imap_stream());
    client.line().await.expect("a greeting");
    assert!(last(&client.imap("LOGIN ada secret").await).starts_with("t OK"));
    assert!(last(&client.imap("SELECT INBOX").await).starts_with("t OK [READ-WRITE]"));
    client
}

fn last(lines: &[String]) -> &str {
    lines.last().map_or("", String::as_str)
}
