//! Signing in over SMTP (AUTH, RFC 4954). What is said is [`crate::sasl`]'s; here are the lines.

use zeroize::Zeroizing;

use super::{Dialogue, Step, SubmitOutcome};
use crate::{
    sasl::{self, Exchange, Mechanism, Offer, Plan, Refusal, Stop, Who},
    servers::Means,
    types::{AccountSettings, Broken, Error, Fault},
};
use aloud_model::Secret;

/// What came of signing in over one connection.
pub(super) enum Signed {
    In,
    /// The server hung up; there is something else to try over a new connection.
    HungUp,
}

/// What came of one mechanism.
enum End {
    In,
    Refused(Refusal, String),
    /// It broke, or the server has a bad moment.
    Other(SubmitOutcome),
}

impl Dialogue {
    /// Signs in where the server offers it. A server that offers none decides by itself what it
    /// takes from us.
    ///
    /// # Errors
    /// [`Error::NoSignIn`] when there is nothing to try, [`Error::Auth`] when all was refused.
    pub(super) async fn sign_in(
        &mut self,
        settings: &AccountSettings,
        secret: &Secret,
        plan: &mut Option<Plan>,
    ) -> Result<Step<Signed>, Error> {
        if self.facts.auth.is_empty() {
            return Ok(Ok(Signed::In));
        }
        let names = self.facts.auth.clone();
        let end_point = self.end_point.clone();
        let plan = plan.get_or_insert_with(|| {
            Plan::new(&Offer::of(settings, &settings.smtp, &names, end_point.is_some(), false))
        });
        let who = Who::of(settings, &settings.smtp, secret, &names, end_point.as_deref());
        let mut first = true;
        while let Some(mechanism) = plan.next() {
            match self.authenticate(mechanism, &who).await? {
                End::In => return Ok(Ok(Signed::In)),
                End::Refused(why, said) => plan.turned_down(why, &said),
                End::Other(outcome) => {
                    if hung_up(&outcome) && plan.again(first) {
                        return Ok(Ok(Signed::HungUp));
                    }
                    if !plan.denied() {
                        return Ok(Err(outcome));
                    }
                    break;
                }
            }
            first = false;
        }
        Err(plan.said().map_or(Error::NoSignIn, |said| Error::Auth(said.to_owned())))
    }

    async fn authenticate(&mut self, mechanism: Mechanism, who: &Who<'_>) -> Result<End, Error> {
        let Ok(mut exchange) = Exchange::new(mechanism, who, &sasl::nonce()) else {
            return Ok(End::Refused(Refusal::Mechanism, String::new()));
        };
        let mut line = Zeroizing::new(format!("AUTH {}", mechanism.name()));
        if let Some(first) = exchange.initial() {
            line.push(' ');
            line.push_str(&first);
        }
        let mut stopped = None;
        loop {
            line.push_str("\r\n");
            let reply = match self.step(line.as_str()).await {
                Ok(reply) => u16::from(reply.code()),
                Err(SubmitOutcome::Refused { code, text, permanent: true, .. }) => {
                    if self.profile.meaning(&text) == Some(Means::Later) {
                        // The password may be right.
                        let recipient = None;
                        let outcome =
                            SubmitOutcome::Refused { code, text, permanent: false, recipient };
                        return Ok(End::Other(outcome));
                    }
                    return refused(code, text, &exchange, stopped);
                }
                Err(other) => return Ok(End::Other(other)),
            };
            match (reply, stopped) {
                (334, Some(_)) => return Err(Error::Protocol(Fault::EndlessAuth)),
                (334, None) => {}
                (200..300, None) if exchange.proved() => return Ok(End::In),
                (200..300, _) => return Err(Error::Protocol(Fault::FalseServer)),
                _ => return Err(Error::Protocol(Fault::Auth)),
            }
            let challenge = self.view.reply().into_iter().next().unwrap_or_default();
            let (back, answer) = sasl::answered(exchange, challenge).await?;
            exchange = back;
            line = answer.unwrap_or_else(|stop| {
                tracing::debug!(mechanism = mechanism.name(), ?stop, "signing in given up");
                stopped = Some(stop);
                Zeroizing::new("*".to_owned())
            });
        }
    }
}

/// What a 5xx says of the attempt (RFC 4954 section 6).
fn refused(
    code: u16,
    text: String,
    exchange: &Exchange,
    stopped: Option<Stop>,
) -> Result<End, Error> {
    if stopped == Some(Stop::FalseServer) {
        return Err(Error::Protocol(Fault::FalseServer));
    }
    let why = match code {
        _ if stopped.is_some() || !exchange.revealed() => Refusal::Mechanism,
        // Unknown, out of order, not supported, too weak, not without encryption.
        500..=504 | 530 | 534 | 538 => Refusal::Mechanism,
        _ => Refusal::Credential,
    };
    let said = match exchange.told() {
        Some(told) => format!("{told}: {text}"),
        None => text,
    };
    Ok(End::Refused(why, said))
}

/// Whether the server ended the connection instead of answering.
fn hung_up(outcome: &SubmitOutcome) -> bool {
    match outcome {
        SubmitOutcome::Broken { reason, .. } => {
            matches!(reason, Broken::Closed | Broken::Said(_))
        }
        SubmitOutcome::Refused { code, .. } => *code == 421,
        SubmitOutcome::Accepted { .. } | SubmitOutcome::Unread(_) => false,
    }
}
