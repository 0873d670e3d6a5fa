//! The first fetch of a mailbox's header blocks, against the same octets taken from the same server by
//! a client that throws them away; and a pass over a mailbox without news.

use std::{hint::black_box, io, sync::Arc};

use aloud::{
    engine::{
        AccountSettings, Engine, Options, Security, Server,
        net::{Dialer, Stream},
        secrets::MemoryStore,
    },
    loopback::{Loopback, Protocol},
    model::{AddrSpec, DateTime, Flag, Secret},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream},
    runtime::Runtime,
};

use super::table::{Table, Unit};

pub const PIPE: usize = 64 * 1024;
/// Octets of the line at which an answer ends: some name their capabilities in it.
const END: usize = 4096;

/// Leads to the server without leaving the process.
struct Inside(Loopback);

#[async_trait::async_trait]
impl Dialer for Inside {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(connect(&self.0)))
    }

    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

fn connect(server: &Loopback) -> DuplexStream {
    let (client, other) = tokio::io::duplex(PIPE);
    server.serve(Protocol::Imap, other);
    client
}

pub fn rows(table: &mut Table<'_>) {
    for messages in [10_000, 100_000u32] {
        let first = format!("First fetch of {messages} header blocks");
        let again = format!("A pass over {messages} messages without news");
        if !table.wants(&first) && !table.wants(&again) {
            continue;
        }
        let runtime = Runtime::new().expect("a runtime");
        let server = server(messages);
        let peer = "a client that throws them away";
        table.row_beside(
            &first,
            Unit::Milliseconds,
            peer,
            || {
                runtime.block_on(async {
                    let items = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])";
                    take(connect(&server), items).await;
                })
            },
            || {
                let folder = tempfile::tempdir().expect("a folder");
                runtime.block_on(async {
                    let engine = engine(folder.path(), &server).await;
                    let reports = engine.sync_once(None).await.expect("a pass");
                    assert_eq!(reports.first().map(|report| report.new), Some(messages));
                    engine.shutdown().await;
                });
            },
        );
        let folder = tempfile::tempdir().expect("a folder");
        let engine = runtime.block_on(engine(folder.path(), &server));
        for _ in 0..3 {
            runtime.block_on(engine.sync_once(None)).expect("a pass");
        }
        table.row_beside(
            &again,
            Unit::Milliseconds,
            "a client that asks for all flags",
            || runtime.block_on(async { take(connect(&server), "(UID FLAGS)").await }),
            || {
                black_box(runtime.block_on(engine.sync_once(None)).expect("a pass"));
            },
        );
        runtime.block_on(engine.shutdown());
    }
}

pub fn server(messages: u32) -> Loopback {
    let now = DateTime::utc(1_741_170_000);
    let server = Loopback::empty(now);
    let own = AddrSpec::parse("robin@example.com").expect("an address");
    server.add_user("robin", "secret", &[own]);
    for n in 0..messages {
        let flags: &[Flag] = if n % 10 == 0 { &[] } else { &[Flag::Seen] };
        let date = DateTime::utc(1_700_000_000 + i64::from(n) * 60);
        server.deliver("INBOX", mail(n), flags, date).expect("delivered");
    }
    server
}

/// One of the messages.
pub fn mail(n: u32) -> Vec<u8> {
    format!(
        "Received: from mx.example.net (mx.example.net [192.0.2.7]) by mail.example.com\r\n\
         \twith ESMTPS id {n:08x}; Tue, 04 Mar 2025 09:10:01 +0000\r\n\
         From: Person {} <p{}@example.net>\r\nTo: Robin Vale <robin@example.com>\r\n\
         Subject: Message number {n} about something\r\nMessage-ID: <{n}@example.net>\r\n\
         Date: Tue, 04 Mar 2025 09:10:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nHello Robin,\r\n\r\nthis is {n}.\r\n",
        n % 500,
        n % 500,
    )
    .into_bytes()
}

async fn engine(folder: &std::path::Path, server: &Loopback) -> Engine {
    let options = Options {
        dialer: Arc::new(Inside(server.clone())),
        ..Options::new(folder.join("data"), Arc::new(MemoryStore::default()))
    };
    let engine = Engine::start(options).await.expect("an engine");
    add_account(&engine).await;
    engine
}

/// The account of the server's user.
pub async fn add_account(engine: &Engine) {
    let at = |port| Server { host: "127.0.0.1".into(), port, security: Security::None };
    let settings = AccountSettings {
        name: "Robin Vale".into(),
        address: AddrSpec::parse("robin@example.com").expect("an address"),
        label: "Robin".into(),
        imap: at(143),
        smtp: at(587),
        user: "robin".into(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: None,
        sign_in: Default::default(),
        demo: false,
    };
    engine.add_account(settings, Some(Secret::new("secret".into()))).await.expect("an account");
}

/// Takes the items of all messages and keeps nothing.
pub async fn take(mut wire: DuplexStream, items: &str) {
    say(&mut wire, "A1", "LOGIN robin secret").await;
    say(&mut wire, "A2", "SELECT INBOX").await;
    say(&mut wire, "A3", &format!("UID FETCH 1:* {items}")).await;
}

/// One command; nothing of the answer is kept but whether it ended well.
pub async fn say<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut S, tag: &str, command: &str) {
    wire.write_all(format!("{tag} {command}\r\n").as_bytes()).await.expect("written");
    wire.flush().await.expect("sent");
    let end = format!("\r\n{tag} OK");
    let mut octets = vec![0; PIPE];
    // The last octets that came: the end may lie between two reads.
    let mut last: Vec<u8> = Vec::new();
    loop {
        let count = wire.read(&mut octets).await.expect("read");
        assert!(count > 0, "{command}");
        last.extend_from_slice(&octets[count.saturating_sub(END)..count]);
        let first = last.len().saturating_sub(END);
        last.drain(..first);
        if last.windows(end.len()).any(|window| window == end.as_bytes()) {
            break;
        }
    }
}
