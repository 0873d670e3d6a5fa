//! Signing in over IMAP: AUTHENTICATE (RFC 9051 section 6.2.2, SASL-IR of RFC 4959) and LOGIN (section
//! 6.2.3, not where LOGINDISABLED is told). What is said is [`crate::sasl`]'s; here are the lines.

use async_imap::imap_proto::Response;
use zeroize::Zeroizing;

use super::{
    command::Command,
    link::{Done, Link},
    reply::Reply,
};
use crate::{
    sasl::{self, Exchange, Mechanism, Offer, Plan, Refusal, Stop, Who},
    types::{AccountSettings, Broken, Error, Fault},
};
use aloud_model::Secret;

/// What came of signing in over one connection.
pub(super) enum Signed {
    /// Signed in; the capabilities, when they were told along with it.
    In(Option<Vec<String>>),
    /// The server hung up; there is something else to try over a new connection.
    HungUp,
}

/// What came of one mechanism.
enum End {
    In(Option<Vec<String>>),
    Refused(Refusal, String),
}

/// Tries what the plan has left, which the first connection makes.
///
/// # Errors
/// [`Error::NoSignIn`] when there is nothing to try, [`Error::Auth`] when all was refused,
/// [`Error::Server`] when the server has a bad moment.
pub(super) async fn sign_in(
    link: &mut Link,
    capabilities: &[String],
    settings: &AccountSettings,
    secret: &Secret,
    plan: &mut Option<Plan>,
) -> Result<Signed, Error> {
    let has = |name: &str| capabilities.iter().any(|known| known == name);
    let names: Vec<String> = capabilities
        .iter()
        .filter_map(|name| name.strip_prefix("AUTH="))
        .map(str::to_owned)
        .collect();
    let end_point = link.end_point();
    let plan = plan.get_or_insert_with(|| {
        let login = !has("LOGINDISABLED");
        Plan::new(&Offer::of(settings, &settings.imap, &names, end_point.is_some(), login))
    });
    let who = Who::of(settings, &settings.imap, secret, &names, end_point.as_deref());
    let early = has("SASL-IR");
    let mut first = true;
    while let Some(mechanism) = plan.next() {
        let end = match mechanism {
            Mechanism::LoginCommand => login(link, &who).await,
            other => authenticate(link, other, &who, early).await,
        };
        match end {
            Ok(End::In(told)) => return Ok(Signed::In(told)),
            Ok(End::Refused(why, said)) => plan.turned_down(why, &said),
            Err(error) if hung_up(&error) => {
                if plan.again(first) {
                    return Ok(Signed::HungUp);
                }
                if !plan.denied() {
                    return Err(error);
                }
                break;
            }
            Err(error) => return Err(error),
        }
        first = false;
    }
    Err(plan.said().map_or(Error::NoSignIn, |said| Error::Auth(said.to_owned())))
}

async fn login(link: &mut Link, who: &Who<'_>) -> Result<End, Error> {
    let command = Command::new("LOGIN").string(who.user).string(who.secret.expose());
    match link.run(&command, &mut |_| {}).await? {
        Done::Ok { capabilities } => Ok(End::In(capabilities)),
        Done::No(reply) | Done::Bad(reply) if reply.passes() => Err(Error::Server(reply.text)),
        Done::No(reply) | Done::Bad(reply) => Ok(End::Refused(Refusal::Credential, reply.text)),
    }
}

async fn authenticate(
    link: &mut Link,
    mechanism: Mechanism,
    who: &Who<'_>,
    early: bool,
) -> Result<End, Error> {
    let Ok(mut exchange) = Exchange::new(mechanism, who, &sasl::nonce()) else {
        return Ok(End::Refused(Refusal::Mechanism, String::new()));
    };
    let mut words = Zeroizing::new(format!("AUTHENTICATE {}", mechanism.name()));
    if early && let Some(first) = exchange.initial() {
        words.push(' ');
        words.push_str(&first);
    }
    let mut challenge = String::new();
    let (tag, mut done) = link.open(&words, &mut |said| note(said, &mut challenge)).await?;
    let mut stopped = None;
    loop {
        match (done, stopped) {
            (Some(done), _) => return ended(done, mechanism, &exchange, stopped),
            (None, Some(_)) => return Err(Error::Protocol(Fault::EndlessAuth)),
            (None, None) => {}
        }
        let (back, answer) = sasl::answered(exchange, std::mem::take(&mut challenge)).await?;
        exchange = back;
        let line = match answer {
            Ok(answer) => Zeroizing::new(format!("{}\r\n", answer.as_str())),
            Err(stop) => {
                tracing::debug!(mechanism = mechanism.name(), ?stop, "signing in given up");
                stopped = Some(stop);
                Zeroizing::new("*\r\n".to_owned())
            }
        };
        let listener = &mut |said: &Response<'_>| note(said, &mut challenge);
        done = link.reply(&tag, line.as_bytes(), listener).await?;
    }
}

/// Keeps the words behind a `+`.
fn note(response: &Response<'_>, challenge: &mut String) {
    if let Response::Continue(outcome) = response {
        *challenge = outcome.information.as_deref().unwrap_or_default().to_owned();
    }
}

fn ended(
    done: Done,
    mechanism: Mechanism,
    exchange: &Exchange,
    stopped: Option<Stop>,
) -> Result<End, Error> {
    if stopped == Some(Stop::FalseServer) {
        return Err(Error::Protocol(Fault::FalseServer));
    }
    let (bad, reply) = match done {
        Done::Ok { capabilities } if exchange.proved() && stopped.is_none() => {
            return Ok(End::In(capabilities));
        }
        Done::Ok { .. } => return Err(Error::Protocol(Fault::FalseServer)),
        Done::No(reply) => (false, reply),
        Done::Bad(reply) => (true, reply),
    };
    // The server is there and the password may be right (docs/reliability.md 2).
    if reply.passes() {
        return Err(Error::Server(reply.text));
    }
    let why = if reply.names_credentials() && stopped.is_none() {
        Refusal::Credential
    } else if bad || stopped.is_some() || !exchange.revealed() {
        Refusal::Mechanism
    } else if mechanism.kind() == sasl::Kind::Token {
        Refusal::Credential
    } else {
        Refusal::Unclear
    };
    Ok(End::Refused(why, words(exchange, reply)))
}

fn words(exchange: &Exchange, reply: Reply) -> String {
    match exchange.told() {
        Some(told) if reply.text.is_empty() => told.to_owned(),
        Some(told) => format!("{told}: {}", reply.text),
        None => reply.text,
    }
}

/// Whether the server ended the connection instead of answering.
fn hung_up(error: &Error) -> bool {
    match error {
        Error::Unreachable { reason, .. } => {
            matches!(reason, Broken::Closed | Broken::Goodbye(_) | Broken::Said(_))
        }
        Error::Protocol(fault) => *fault == Fault::Unreadable,
        _ => false,
    }
}
