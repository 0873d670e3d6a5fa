use std::{
    io,
    panic::catch_unwind,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use aloud::{
    engine::{
        AccountSettings, Security, Server,
        imap::{
            Session,
            screen::{Screen, Violation},
        },
        net::{Dialer, Stream, Traffic},
    },
    model::{AddrSpec, DateTime, Flag, Secret, Uid},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::choice;

/// What a server sends: through the screen alone, through screen and parser, and to a session that
/// asks for everything a mailbox reader asks for.
pub fn imap(octets: &[u8]) {
    let (choice, octets) = choice(octets);
    let (whole, outcome) = screened(octets, octets.len().max(1));
    let (pieces, again) = screened(octets, 1 + choice % 7);
    assert_eq!(outcome, again, "the cut into pieces matters");
    assert_eq!(whole, pieces, "the cut into pieces matters");
    // A capability list may gain a name, a UID a space; nothing grows without bound.
    assert!(whole.len() <= octets.len() * 8 + 64, "{} became {}", octets.len(), whole.len());
    // A panic of the parser ends its connection only; `fuzz/run` prints it, for the screen to learn.
    let parse = |rest| catch_unwind(|| imap_proto::Response::parse(rest).map(|(later, _)| later));
    let mut rest = whole.as_slice();
    while let Ok(Ok(later)) = parse(rest) {
        assert!(later.len() < rest.len(), "the parser stands still");
        rest = later;
    }
    session(octets, choice & 128 == 0);
}

fn screened(octets: &[u8], piece: usize) -> (Vec<u8>, Result<(), Violation>) {
    let mut screen = Screen::default();
    let mut out = Vec::new();
    let outcome = octets.chunks(piece).try_for_each(|chunk| screen.push(chunk, &mut out));
    (out, outcome)
}

/// The server's side of a signed-in connection; what the client says is not looked at.
const SIGNED_IN: &[u8] = b"* PREAUTH [CAPABILITY IMAP4rev1 CONDSTORE X-GM-EXT-1 LIST-EXTENDED \
    SPECIAL-USE UIDPLUS MOVE LITERAL+ IDLE ID] ready\r\nA1 OK\r\n";

fn session(octets: &[u8], signed_in: bool) {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
    }
    let head = if signed_in { SIGNED_IN } else { b"" };
    let said = [head, octets].concat();
    RUNTIME.with(|runtime| runtime.block_on(ask(said)));
}

async fn ask(said: Vec<u8>) {
    let length = said.len();
    let server = |port| Server { host: "mail.example.com".into(), port, security: Security::None };
    let settings = AccountSettings {
        name: "Ada".into(),
        address: AddrSpec::parse("ada@example.com").expect("an address"),
        label: "Example".into(),
        imap: server(143),
        smtp: server(587),
        user: "ada".into(),
        sign_in: Default::default(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: None,
        demo: false,
    };
    let password = Secret::new("correct horse".into());
    let dialer = Said(Mutex::new(said));
    let traffic = Arc::new(Traffic::default());
    let session = Session::connect(&dialer, &settings, &password, "Aloud 1", traffic).await;
    let Ok(mut session) = session else {
        return;
    };
    let uids: Vec<Uid> = (1..6).map(Uid).collect();
    if let Ok(mailboxes) = session.list().await {
        assert!(mailboxes.len() <= length);
    }
    let _ = session.select("INBOX").await;
    if let Ok(heads) = session.fetch_heads(&uids).await {
        assert!(heads.len() <= uids.len());
        assert!(heads.iter().all(|head| uids.contains(&head.uid) && head.header.len() <= length));
    }
    if let Ok(flags) = session.fetch_flags(1, 5, Some(7)).await {
        assert!(flags.windows(2).all(|two| two[0].uid < two[1].uid));
    }
    if let Ok(slices) = session.fetch_slices(&uids, 3, 100).await {
        assert!(slices.iter().all(|(uid, slice)| uids.contains(uid) && slice.len() <= 100));
    }
    let _ = session.search_message_id("a@example.com").await;
    let _ = session.store(&uids, true, &[Flag::parse("\\Seen")]).await;
    let _ = session.move_to(&uids, "Trash").await;
    let date = DateTime { unix: 0, offset_minutes: 0 };
    let _ = session.append("Sent", &[], date, b"Subject: x\r\n\r\n").await;
    let _ = session.noop().await;
}

struct Said(Mutex<Vec<u8>>);

#[async_trait::async_trait]
impl Dialer for Said {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn Stream>> {
        let said = std::mem::take(&mut *self.0.lock().expect("not poisoned"));
        Ok(Box::new(Script { said, at: 0 }))
    }

    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

/// A connection on which everything was said already.
struct Script {
    said: Vec<u8>,
    at: usize,
}

impl AsyncRead for Script {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let rest = this.said.get(this.at..).unwrap_or_default();
        let take = rest.len().min(buf.remaining());
        buf.put_slice(rest.get(..take).unwrap_or_default());
        this.at += take;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
