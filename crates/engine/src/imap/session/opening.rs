//! The first lines of a connection: STARTTLS (RFC 9051 section 6.2.1) and CAPABILITY.

use async_imap::imap_proto::Response;

use super::super::{
    command::Command,
    link::{Link, spell},
};
use crate::{
    net::{Lines, Wire},
    types::{Broken, Error, Fault},
};

/// Speaks the upgrade on a plain wire. Nothing is believed and nothing secret is sent; a server
/// that claims to have signed us in already is left at once.
pub(super) async fn start_tls(wire: Wire) -> Result<Wire, Error> {
    let mut lines = Lines::new(wire);
    let greeting = lines.next().await?;
    let mut words = greeting.split_ascii_whitespace();
    if words.next() != Some("*") {
        return Err(Error::Protocol(Fault::NotImap));
    }
    match words.next().map(str::to_ascii_uppercase).as_deref() {
        Some("OK") => {}
        Some("PREAUTH") => return Err(Error::NoEncryption),
        Some("BYE") => return Err(Error::Server(words.collect::<Vec<_>>().join(" "))),
        _ => return Err(Error::Protocol(Fault::NotImap)),
    }
    lines.write("S1 STARTTLS\r\n").await?;
    loop {
        let line = lines.next().await?;
        let mut words = line.split_ascii_whitespace();
        match (words.next(), words.next().map(str::to_ascii_uppercase).as_deref()) {
            (Some("*"), Some("PREAUTH")) => return Err(Error::NoEncryption),
            (Some("*"), _) => {}
            (Some("S1"), Some("OK")) => return lines.into_wire(),
            (Some("S1"), Some("NO" | "BAD")) => return Err(Error::NoEncryption),
            _ => return Err(Error::Protocol(Fault::StartTls)),
        }
    }
}

pub(super) async fn capabilities(link: &mut Link) -> Result<Vec<String>, Error> {
    let mut told = Vec::new();
    let done = link
        .run(&Command::new("CAPABILITY"), &mut |response| {
            if let Response::Capabilities(names) = response {
                told = spell(names);
            }
        })
        .await?;
    done.ok()?;
    Ok(told)
}

/// Whether the server said that it ends the connection.
pub(super) fn said_goodbye(error: &Error) -> bool {
    matches!(error, Error::Unreachable { reason: Broken::Goodbye(_), .. })
}

/// Whether the server ended the connection.
pub(super) fn hung_up(error: &Error) -> bool {
    let Error::Unreachable { reason, .. } = error else { return false };
    matches!(reason, Broken::Goodbye(_) | Broken::Closed | Broken::Said(_))
}
