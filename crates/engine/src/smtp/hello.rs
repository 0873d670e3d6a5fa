//! The beginning of a dialogue: connecting, STARTTLS (RFC 3207), EHLO or, with a server that knows no
//! EHLO, HELO (RFC 5321 section 3.2), and signing in.

use std::sync::Arc;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::timeout;

use super::{
    ANSWER, Dialogue, Step, SubmitOutcome, me, outcome,
    pipe::{Pipe, View},
    read_facts,
    sign_in::Signed,
    treated,
};
use crate::{
    net::{Dialer, Lines, Traffic, Trust, Wire},
    types::{AccountSettings, Broken, Error, Fault, Security},
};
use aloud_model::Secret;

/// What came of greeting each other.
enum Greeted {
    In(Box<Dialogue>),
    Refused(SubmitOutcome),
    /// The server knows no EHLO, and said so.
    NoEhlo(SubmitOutcome),
}

impl Dialogue {
    /// Connects and signs in, over another connection where the server hangs up on a mechanism.
    pub(super) async fn signed_in(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        secret: &Secret,
    ) -> Result<Step<Self>, Error> {
        let mut plan = None;
        loop {
            let mut dialogue = match Self::open(dialer, settings, Arc::default()).await? {
                Ok(dialogue) => dialogue,
                Err(refused) => return Ok(Err(refused)),
            };
            match dialogue.sign_in(settings, secret, &mut plan).await? {
                Ok(Signed::In) => return Ok(Ok(dialogue)),
                Ok(Signed::HungUp) => {}
                Err(refused) => return Ok(Err(refused)),
            }
        }
    }

    /// Connects; with HELO where the server knows no EHLO. What it says to EHLO counts when it will
    /// not have HELO either.
    pub(super) async fn open(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        traffic: Arc<Traffic>,
    ) -> Result<Step<Self>, Error> {
        match Self::greet(dialer, settings, Arc::clone(&traffic), false).await? {
            Greeted::In(dialogue) => Ok(Ok(*dialogue)),
            Greeted::Refused(refused) => Ok(Err(refused)),
            Greeted::NoEhlo(refused) => match Self::greet(dialer, settings, traffic, true).await? {
                Greeted::In(dialogue) => Ok(Ok(*dialogue)),
                Greeted::Refused(second) | Greeted::NoEhlo(second) => {
                    let neither = matches!(second, SubmitOutcome::Refused { permanent: true, .. });
                    Ok(Err(if neither { refused } else { second }))
                }
            },
        }
    }

    async fn greet(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        traffic: Arc<Traffic>,
        old: bool,
    ) -> Result<Greeted, Error> {
        let server = &settings.smtp;
        let pins = settings.pins_of(&server.host);
        let trust = Trust::for_server(server, settings.ca_pem.as_deref(), pins).await?;
        let mut wire = Wire::open(dialer, server, &trust, Arc::clone(&traffic)).await?;
        let greeted = server.security == Security::StartTls;
        if greeted {
            let plain = start_tls(Lines::new(wire).patient(ANSWER));
            wire = match Wire::or_expects_tls(dialer, server, &trust, plain).await? {
                Ok(wire) => wire.upgrade(&server.host, &trust).await?,
                Err(refused) => return Ok(Greeted::Refused(refused)),
            };
        }
        let peer = wire.peer().to_owned();
        let end_point = wire.end_point();
        let view = Arc::<View>::default();
        let pipe = Pipe::new(wire, Arc::clone(&view), greeted, old);
        let me = me();
        let connecting = AsyncSmtpConnection::connect_with_transport(Box::new(pipe.clone()), &me);
        tokio::pin!(connecting);
        // The greeting and the answer to EHLO have a deadline each.
        let mut asked = false;
        let connected = loop {
            match timeout(ANSWER, &mut connecting).await {
                Ok(connected) => break Some(connected),
                Err(_) if !asked && view.greeted() => asked = true,
                Err(_) => break None,
            }
        };
        match connected {
            Some(Ok(connection)) => {
                view.opened();
                let lines = view.reply();
                let profile = treated::profile(&server.host, &view.greeting(), &lines);
                let facts = treated::believed(read_facts(&lines), &profile);
                Ok(Greeted::In(Box::new(Self {
                    connection,
                    pipe,
                    view,
                    facts,
                    profile,
                    traffic,
                    end_point,
                    in_data: false,
                })))
            }
            Some(Err(_)) if view.is_odd() => Err(Error::Protocol(Fault::NotSmtp)),
            Some(Err(error)) => {
                let refused = outcome(&error, &view.reply(), &view, None, false);
                let unknown =
                    matches!(refused, SubmitOutcome::Refused { code: 500 | 501 | 502 | 504, .. });
                // Encryption is offered in an answer to EHLO only.
                Ok(if unknown && view.greeted() && !greeted {
                    Greeted::NoEhlo(refused)
                } else {
                    Greeted::Refused(refused)
                })
            }
            None => Err(Error::Unreachable { host: peer, reason: Broken::Silent }),
        }
    }
}

/// Speaks the upgrade on a plain wire. Only whether STARTTLS is offered is taken from it.
async fn start_tls(mut lines: Lines) -> Result<Step<Wire>, Error> {
    let (code, text) = read_reply(&mut lines).await?;
    if code != 220 {
        return Ok(Err(refused(code, text.join(" "))?));
    }
    lines.write(&format!("EHLO {}\r\n", me())).await?;
    let (code, text) = read_reply(&mut lines).await?;
    let offered = text.iter().skip(1).any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
    if code != 250 || !offered {
        return Err(Error::NoEncryption);
    }
    lines.write("STARTTLS\r\n").await?;
    let (code, text) = read_reply(&mut lines).await?;
    match code {
        220 => Ok(Ok(lines.into_wire()?)),
        400..500 => Ok(Err(refused(code, text.join(" "))?)),
        _ => Err(Error::NoEncryption),
    }
}

fn refused(code: u16, text: String) -> Result<SubmitOutcome, Error> {
    if (400..600).contains(&code) {
        Ok(SubmitOutcome::Refused { code, text, permanent: code >= 500, recipient: None })
    } else {
        Err(Error::Protocol(Fault::NotSmtp))
    }
}

async fn read_reply(lines: &mut Lines) -> Result<(u16, Vec<String>), Error> {
    let mut text = Vec::new();
    loop {
        let line = lines.next().await?;
        // Some send an empty line before a reply.
        if line.trim().is_empty() {
            continue;
        }
        let bad = || Error::Protocol(Fault::NotSmtp);
        let (code, rest) = line.split_at_checked(3).ok_or_else(bad)?;
        let code: u16 = code.parse().map_err(|_| bad())?;
        text.push(rest.get(1..).unwrap_or_default().to_owned());
        match rest.chars().next() {
            Some('-') => {}
            Some(' ') | None => return Ok((code, text)),
            _ => return Err(bad()),
        }
    }
}
