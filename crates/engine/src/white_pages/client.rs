//! One question to an LDAP server (RFC 4511) over a connection of ours: STARTTLS where it was chosen,
//! simple bind where somebody asks, a search, and goodbye. The crate `ldap3_proto` reads and writes the
//! messages; why not a whole client is in ADR 0012.
//!
//! Nothing of what a server says makes us ask another one. Bounds: a message of [`MESSAGE`] octets,
//! [`DEPTH`] levels deep, [`ANSWER`] octets in all, [`MOST`] people, [`WHOLE`] of time. What was
//! found before a bound is kept, and the bound is told ([`Left`]).

use bytes::BytesMut;
use ldap3_proto::{
    LdapCodec,
    proto::{
        LdapBindCred, LdapBindRequest, LdapDerefAliases, LdapExtendedRequest, LdapFilter, LdapMsg,
        LdapOp, LdapResult, LdapResultCode, LdapSearchRequest, LdapSearchScope,
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_util::codec::{Decoder, Encoder};

use super::{
    Left, MOST, Pages, WHOLE, WhitePages,
    entry::{ATTRIBUTES, SPOKEN, page},
    filter::filter,
};
use crate::{
    errors::Result,
    net::{Dialer, Trust, Wire},
    types::{Broken, Error, Fault, Security},
};
use aloud_message::display;
use aloud_model::Secret;

/// Most octets of a message.
const MESSAGE: usize = 256 * 1024;
/// Deepest nesting of a message.
const DEPTH: usize = 16;
/// Most octets of an answer.
const ANSWER: usize = 8 << 20;
/// Octets that are read at once.
const PIECE: usize = 16 * 1024;
/// Most letters of what a server says that are kept.
const SAID: usize = 300;
/// STARTTLS (RFC 4511 section 4.14).
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";

/// Asks for people; what is too short to be asked for finds nobody. `spoken` also fetches their names
/// in their own voices.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Certificate`], [`Error::NoEncryption`], [`Error::Auth`],
/// [`Error::Server`], [`Error::Protocol`], where nothing was found.
pub(crate) async fn search(
    dialer: &dyn Dialer,
    pages: &WhitePages,
    password: Option<&Secret>,
    text: &str,
    spoken: bool,
) -> Result<Pages> {
    match filter(text) {
        None => Ok(Pages::default()),
        Some(filter) => {
            let request = request(&pages.base, LdapSearchScope::Subtree, filter, MOST, spoken);
            ask(dialer, pages, password, request).await
        }
    }
}

/// Asks for the base alone, to see whether all is in order.
///
/// # Errors
/// As [`search`].
pub(crate) async fn probe(
    dialer: &dyn Dialer,
    pages: &WhitePages,
    password: Option<&Secret>,
) -> Result<()> {
    let all = LdapFilter::Present("objectClass".into());
    let request = request(&pages.base, LdapSearchScope::Base, all, 1, false);
    ask(dialer, pages, password, request).await.map(drop)
}

fn request(
    base: &str,
    scope: LdapSearchScope,
    filter: LdapFilter,
    most: usize,
    spoken: bool,
) -> LdapSearchRequest {
    let attributes = ATTRIBUTES.into_iter().chain(spoken.then_some(SPOKEN));
    LdapSearchRequest {
        base: base.to_owned(),
        scope,
        // Aliases may lead in circles.
        aliases: LdapDerefAliases::Never,
        sizelimit: i32::try_from(most).unwrap_or(i32::MAX),
        timelimit: i32::try_from(WHOLE.as_secs()).unwrap_or(i32::MAX),
        typesonly: false,
        filter,
        attrs: attributes.map(str::to_owned).collect(),
    }
}

async fn ask(
    dialer: &dyn Dialer,
    pages: &WhitePages,
    password: Option<&Secret>,
    request: LdapSearchRequest,
) -> Result<Pages> {
    let mut found = Pages::default();
    let asked = timeout(WHOLE, talk(dialer, pages, password, request, &mut found)).await;
    let peer = format!("{}:{}", pages.server.host, pages.server.port);
    let failed = match asked {
        Ok(Ok(())) => return Ok(found),
        Ok(Err(error)) => (Left::Unreadable, error),
        Err(_) => (Left::Late, Error::Unreachable { host: peer, reason: Broken::Silent }),
    };
    if found.people.is_empty() {
        return Err(failed.1);
    }
    found.leave(failed.0);
    Ok(found)
}

async fn talk(
    dialer: &dyn Dialer,
    pages: &WhitePages,
    password: Option<&Secret>,
    request: LdapSearchRequest,
    found: &mut Pages,
) -> Result<()> {
    let server = &pages.server;
    let trust = Trust::for_server(server, pages.ca_pem.as_deref(), Vec::new()).await?;
    let wire = match pages.unencrypted && pages.bind.is_none() {
        true => Wire::open_unencrypted(dialer, server, &trust).await?,
        false => Wire::open(dialer, server, &trust, Default::default()).await?,
    };
    let mut session = Session::over(wire);
    if server.security == Security::StartTls {
        session.start_tls().await?;
        let wire = session.wire.upgrade(&server.host, &trust).await?;
        session = Session::over(wire);
    }
    if let Some(dn) = &pages.bind {
        // A name without a password counts as nobody, and is told to have signed in (RFC 4513
        // section 5.1.2).
        let password = password.filter(|p| !p.expose().is_empty()).ok_or(Error::PasswordNeeded)?;
        session.bind(dn, password).await?;
    }
    session.search(request, found).await?;
    session.goodbye().await;
    Ok(())
}

struct Session {
    wire: Wire,
    codec: LdapCodec,
    buffer: BytesMut,
    last: i32,
    octets: usize,
}

impl Session {
    fn over(wire: Wire) -> Self {
        let codec = LdapCodec::new(Some(MESSAGE), Some(DEPTH));
        Self { wire, codec, buffer: BytesMut::new(), last: 0, octets: 0 }
    }

    async fn send(&mut self, op: LdapOp) -> Result<()> {
        self.last += 1;
        let mut octets = BytesMut::new();
        let encoded = self.codec.encode(LdapMsg::new(self.last, op), &mut octets);
        encoded.map_err(|_| Error::Protocol(Fault::Unreadable))?;
        let written = async {
            self.wire.write_all(&octets).await?;
            self.wire.flush().await
        };
        let written = written.await;
        written.map_err(|error| self.wire.broken(error.to_string()))
    }

    /// The next answer to what was sent last.
    async fn receive(&mut self) -> Result<LdapOp> {
        loop {
            let message = self.codec.decode(&mut self.buffer);
            match message.map_err(|_| Error::Protocol(Fault::Unreadable))? {
                Some(message) if message.msgid == self.last => return Ok(message.op),
                // Notice of disconnection (RFC 4511 section 4.4.1).
                Some(LdapMsg { msgid: 0, op: LdapOp::ExtendedResponse(told), .. }) => {
                    return Err(self.wire.broken(Broken::Goodbye(said(&told.res))));
                }
                // To something else, which was not asked.
                Some(_) => continue,
                None => {}
            }
            if self.octets > ANSWER {
                return Err(Error::Protocol(Fault::TooMuch));
            }
            self.buffer.reserve(PIECE);
            let read = (&mut self.wire).take(PIECE as u64).read_buf(&mut self.buffer).await;
            match read.map_err(|error| self.wire.broken(error.to_string()))? {
                0 => return Err(self.wire.broken(Broken::Closed)),
                count => self.octets += count,
            }
        }
    }

    async fn start_tls(&mut self) -> Result<()> {
        let request = LdapExtendedRequest { name: START_TLS.into(), value: None };
        self.send(LdapOp::ExtendedRequest(request)).await?;
        match self.receive().await? {
            LdapOp::ExtendedResponse(answer) if answer.res.code != LdapResultCode::Success => {
                Err(Error::NoEncryption)
            }
            // Whatever came before encryption may be anybody's.
            LdapOp::ExtendedResponse(_) if !self.buffer.is_empty() => {
                Err(Error::Protocol(Fault::EarlyOctets))
            }
            LdapOp::ExtendedResponse(_) => Ok(()),
            _ => Err(Error::Protocol(Fault::StartTls)),
        }
    }

    async fn bind(&mut self, dn: &str, password: &Secret) -> Result<()> {
        let cred = LdapBindCred::Simple(password.expose().to_owned());
        let request = LdapBindRequest { version: 3, dn: dn.to_owned(), cred };
        self.send(LdapOp::BindRequest(request)).await?;
        match self.receive().await? {
            LdapOp::BindResponse(answer) => match answer.res.code {
                LdapResultCode::Success => Ok(()),
                LdapResultCode::ConfidentialityRequired => Err(Error::NoEncryption),
                LdapResultCode::InvalidCredentials
                | LdapResultCode::InappropriateAuthentication
                | LdapResultCode::InvalidDNSyntax => Err(Error::Auth(said(&answer.res))),
                _ => Err(Error::Server(said(&answer.res))),
            },
            _ => Err(Error::Protocol(Fault::Auth)),
        }
    }

    async fn search(&mut self, request: LdapSearchRequest, found: &mut Pages) -> Result<()> {
        self.send(LdapOp::SearchRequest(request)).await?;
        let mut entries = 0;
        loop {
            match self.receive().await? {
                LdapOp::SearchResultEntry(_) if entries == MOST => {
                    found.leave(Left::More);
                    return Ok(());
                }
                LdapOp::SearchResultEntry(entry) => {
                    entries += 1;
                    found.people.extend(page(entry));
                }
                LdapOp::SearchResultReference(_) => found.leave(Left::Elsewhere),
                LdapOp::IntermediateResponse(_) => {}
                LdapOp::SearchResultDone(done) => return ended(&done, found),
                _ => return Err(Error::Protocol(Fault::Unreadable)),
            }
        }
    }

    /// Unbinds (RFC 4511 section 4.3); nobody answers, and nothing depends on it.
    async fn goodbye(mut self) {
        let _ = self.send(LdapOp::UnbindRequest).await;
        let _ = self.wire.shutdown().await;
    }
}

fn ended(done: &LdapResult, found: &mut Pages) -> Result<()> {
    match done.code {
        LdapResultCode::Success => {}
        LdapResultCode::SizeLimitExceeded | LdapResultCode::AdminLimitExceeded => {
            found.leave(Left::More);
        }
        LdapResultCode::TimeLimitExceeded => found.leave(Left::Late),
        LdapResultCode::Referral => found.leave(Left::Elsewhere),
        LdapResultCode::ConfidentialityRequired => return Err(Error::NoEncryption),
        _ => return Err(Error::Server(said(done))),
    }
    Ok(())
}

/// What a server says, or the number of its answer where it says nothing.
fn said(result: &LdapResult) -> String {
    let said: String = display::clean(&result.message).trim().chars().take(SAID).collect();
    let code = result.code.clone() as i64;
    if said.is_empty() { format!("LDAP {code}") } else { format!("{said} (LDAP {code})") }
}
