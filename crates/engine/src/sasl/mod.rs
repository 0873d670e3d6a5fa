//! Signing in (SASL, RFC 4422) as values and octets: which mechanism comes next, and what is said in
//! it. IMAP ([`crate::imap`]) and SMTP ([`crate::smtp`]) carry the lines; nothing is read or written
//! here.
//!
//! PLAIN (RFC 4616), LOGIN (no standard; prompts by order, whatever they say), SCRAM (RFC 5802, 7677)
//! with and without the server's certificate bound in (RFC 5929), CRAM-MD5 (RFC 2195, behind TLS
//! only), OAUTHBEARER (RFC 7628) and XOAUTH2. The order of preference is [`PASSWORD`] and [`TOKEN`].
//!
//! Challenges are bounded in number ([`ROUNDS`]) and size ([`CHALLENGE`]). Not here: where passwords
//! and tokens come from (`secrets`, `oauth`), TLS (`net`), SASLprep beyond SCRAM.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod plan;
mod scram;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use hmac::{KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use crate::types::{AccountSettings, Error, Server};
use aloud_model::Secret;
pub(crate) use plan::{Offer, Plan, Refusal};
use scram::Scram;

/// Most challenges of one exchange.
const ROUNDS: u32 = 8;
/// Longest challenge in octets of base64.
const CHALLENGE: usize = 16 * 1024;
/// Most that is kept of an error that a server tells in a challenge.
const TOLD: usize = 300;

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mechanism {
    OAuthBearer,
    XOAuth2,
    ScramSha256Plus,
    ScramSha256,
    ScramSha1Plus,
    ScramSha1,
    CramMd5,
    Plain,
    Login,
    /// The LOGIN command of IMAP, which is no SASL.
    LoginCommand,
}

/// What a mechanism hands over. A refused credential is not tried again in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An access token.
    Token,
    /// A proof that we know the password.
    Proof,
    /// The password itself.
    Clear,
}

/// Best first. CRAM-MD5 is the last: it wants the password readable at the server.
const PASSWORD: [Mechanism; 8] = [
    Mechanism::ScramSha256Plus,
    Mechanism::ScramSha256,
    Mechanism::ScramSha1Plus,
    Mechanism::ScramSha1,
    Mechanism::Plain,
    Mechanism::LoginCommand,
    Mechanism::Login,
    Mechanism::CramMd5,
];
const TOKEN: [Mechanism; 2] = [Mechanism::OAuthBearer, Mechanism::XOAuth2];

impl Mechanism {
    /// As servers advertise it; empty for what is no SASL.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::CramMd5 => "CRAM-MD5",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::LoginCommand => "",
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::OAuthBearer | Self::XOAuth2 => Kind::Token,
            Self::ScramSha256Plus
            | Self::ScramSha256
            | Self::ScramSha1Plus
            | Self::ScramSha1
            | Self::CramMd5 => Kind::Proof,
            Self::Plain | Self::Login | Self::LoginCommand => Kind::Clear,
        }
    }

    fn binds(self) -> bool {
        matches!(self, Self::ScramSha256Plus | Self::ScramSha1Plus)
    }
}

/// Who signs in where, and with what.
pub(crate) struct Who<'a> {
    pub(crate) user: &'a str,
    /// The password, or the access token.
    pub(crate) secret: &'a Secret,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// The hash of the server's certificate (`tls-server-end-point`).
    pub(crate) end_point: Option<&'a [u8]>,
    /// The server offers a mechanism that binds it in.
    pub(crate) binds: bool,
}

impl<'a> Who<'a> {
    /// The user of an account at one of its servers, which offers mechanisms of these names.
    pub(crate) fn of(
        settings: &'a AccountSettings,
        server: &'a Server,
        secret: &'a Secret,
        names: &[String],
        end_point: Option<&'a [u8]>,
    ) -> Self {
        let (user, binds) = (settings.user.as_str(), Plan::binds(names));
        Self { user, secret, host: &server.host, port: server.port, end_point, binds }
    }
}

/// Why an exchange cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// User name or password cannot be said in this mechanism.
    Unsayable,
    /// The challenge makes no sense in it.
    Challenge,
    /// The server wants too few or too many rounds of hashing.
    Iterations,
    /// The server asks on and on.
    Endless,
    /// The server did not prove that it knows the password. Nothing else is tried with it.
    FalseServer,
}

enum State {
    Plain(Zeroizing<String>),
    Login { user: String, password: Secret, asked: u32 },
    Cram { user: String, password: Secret },
    Token { last: &'static str },
    Scram(Box<Scram>),
}

/// One attempt with one mechanism. `Debug` is left out: it holds the password.
pub(crate) struct Exchange {
    state: State,
    /// The client's first words, until they are said.
    first: Option<Zeroizing<String>>,
    /// Something that stands for the credential has been said.
    revealed: bool,
    told: Option<String>,
    rounds: u32,
}

impl Exchange {
    /// Prepares the client's side; `nonce` comes from [`nonce`].
    ///
    /// # Errors
    /// [`Stop::Unsayable`].
    pub(crate) fn new(mechanism: Mechanism, who: &Who<'_>, nonce: &str) -> Result<Self, Stop> {
        let secret = who.secret.expose();
        let clean = |text: &str| !text.contains('\0');
        if !clean(who.user) || !clean(secret) {
            return Err(Stop::Unsayable);
        }
        let coded = |text: &str| Some(Zeroizing::new(STANDARD.encode(text)));
        let user = who.user.to_owned();
        let (state, first) = match mechanism {
            Mechanism::Plain => {
                let text = Zeroizing::new(format!("\0{user}\0{secret}"));
                let text = Zeroizing::new(STANDARD.encode(text.as_bytes()));
                (State::Plain(text.clone()), Some(text))
            }
            Mechanism::Login | Mechanism::LoginCommand => {
                (State::Login { user, password: who.secret.clone(), asked: 0 }, None)
            }
            Mechanism::CramMd5 => (State::Cram { user, password: who.secret.clone() }, None),
            Mechanism::OAuthBearer => {
                bearer(secret)?;
                let (name, host, port) = (scram::name(&user), who.host, who.port);
                let text = Zeroizing::new(format!(
                    "n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {secret}\x01\x01"
                ));
                // RFC 7628 section 3.2.3: the answer to an error is one separator.
                (State::Token { last: "AQ==" }, coded(&text))
            }
            Mechanism::XOAuth2 => {
                bearer(secret)?;
                let text = Zeroizing::new(format!("user={user}\x01auth=Bearer {secret}\x01\x01"));
                (State::Token { last: "" }, coded(&text))
            }
            Mechanism::ScramSha256Plus
            | Mechanism::ScramSha256
            | Mechanism::ScramSha1Plus
            | Mechanism::ScramSha1 => {
                let hash = match mechanism {
                    Mechanism::ScramSha256Plus | Mechanism::ScramSha256 => scram::Hash::Sha256,
                    _ => scram::Hash::Sha1,
                };
                let binding = match who.end_point {
                    Some(octets) if mechanism.binds() => scram::Binding::EndPoint(octets.to_vec()),
                    Some(_) if !who.binds => scram::Binding::NotOffered,
                    Some(_) | None => scram::Binding::None,
                };
                let scram = Scram::new(hash, &user, who.secret, binding, nonce)?;
                let first = coded(&scram.first());
                (State::Scram(Box::new(scram)), first)
            }
        };
        Ok(Self { state, first, revealed: false, told: None, rounds: 0 })
    }

    /// What stands behind the mechanism's name where the client may speak first (SASL-IR, RFC 4959;
    /// SMTP AUTH).
    pub(crate) fn initial(&mut self) -> Option<Zeroizing<String>> {
        let first = self.first.take()?;
        self.reveal();
        Some(first)
    }

    /// Answers a challenge; both as they stand on the line, in base64. The answer may be empty.
    ///
    /// # Errors
    /// [`Stop`]: give up with `*`.
    pub(crate) fn answer(&mut self, challenge: &str) -> Result<Zeroizing<String>, Stop> {
        self.rounds += 1;
        if self.rounds > ROUNDS {
            return Err(Stop::Endless);
        }
        if challenge.len() > CHALLENGE {
            return Err(Stop::Challenge);
        }
        if let Some(first) = self.first.take() {
            self.reveal();
            return Ok(first);
        }
        let plain = |text: &str| Zeroizing::new(text.to_owned());
        match &mut self.state {
            // A server that asks for what came along already gets it once more.
            State::Plain(text) if self.rounds == 1 => Ok(text.clone()),
            State::Plain(_) => Err(Stop::Challenge),
            State::Login { user, password, asked } => {
                *asked += 1;
                match *asked {
                    1 => Ok(Zeroizing::new(STANDARD.encode(user.as_bytes()))),
                    2 => {
                        self.revealed = true;
                        Ok(Zeroizing::new(STANDARD.encode(password.expose())))
                    }
                    _ => Err(Stop::Challenge),
                }
            }
            State::Cram { user, password } => {
                if self.revealed {
                    return Err(Stop::Challenge);
                }
                let challenge = decode(challenge)?;
                let mut mac = hmac::Hmac::<md5::Md5>::new_from_slice(password.expose().as_bytes())
                    .map_err(|_| Stop::Unsayable)?;
                mac.update(&challenge);
                let digest: String = mac
                    .finalize()
                    .into_bytes()
                    .iter()
                    .map(|octet| format!("{octet:02x}"))
                    .collect();
                self.revealed = true;
                Ok(Zeroizing::new(STANDARD.encode(format!("{user} {digest}"))))
            }
            State::Token { last } => {
                if self.told.is_some() {
                    return Err(Stop::Challenge);
                }
                self.told = Some(decode(challenge).map(|json| fault(&json)).unwrap_or_default());
                Ok(plain(last))
            }
            State::Scram(scram) => {
                let challenge = decode(challenge)?;
                let challenge = std::str::from_utf8(&challenge).map_err(|_| Stop::Challenge)?;
                let step = scram.answer(challenge)?;
                self.revealed = true;
                if let Some(error) = step.error {
                    self.told = Some(shown(&error));
                }
                Ok(Zeroizing::new(STANDARD.encode(step.answer.as_bytes())))
            }
        }
    }

    /// Whether the server's yes may be believed: in SCRAM it has to know the password, too.
    pub(crate) fn proved(&self) -> bool {
        match &self.state {
            State::Scram(scram) => scram.proved(),
            State::Plain(_) | State::Login { .. } | State::Cram { .. } | State::Token { .. } => {
                true
            }
        }
    }

    /// Whether a no can be about the credential.
    pub(crate) fn revealed(&self) -> bool {
        self.revealed
    }

    /// What the server told in a challenge instead of in its last word.
    pub(crate) fn told(&self) -> Option<&str> {
        self.told.as_deref().filter(|told| !told.is_empty())
    }

    fn reveal(&mut self) {
        self.revealed |= matches!(self.state, State::Plain(_) | State::Token { .. });
    }
}

/// The answer to a challenge, off the threads that others wait on: SCRAM computes for a while.
///
/// # Errors
/// [`Error::Stopped`] when the program ends meanwhile.
pub(crate) async fn answered(
    mut exchange: Exchange,
    challenge: String,
) -> Result<(Exchange, Result<Zeroizing<String>, Stop>), Error> {
    if !matches!(exchange.state, State::Scram(_)) {
        let answer = exchange.answer(&challenge);
        return Ok((exchange, answer));
    }
    let computing = tokio::task::spawn_blocking(move || {
        let answer = exchange.answer(&challenge);
        (exchange, answer)
    });
    computing.await.map_err(|_| Error::Stopped)
}

/// Random text for one exchange.
pub(crate) fn nonce() -> String {
    STANDARD.encode(rand::random::<[u8; 24]>())
}

/// RFC 6750 section 2.1: a token has no controls or spaces, which could end the field it stands in.
fn bearer(token: &str) -> Result<(), Stop> {
    let fine = !token.is_empty() && token.bytes().all(|octet| octet.is_ascii_graphic());
    if fine { Ok(()) } else { Err(Stop::Unsayable) }
}

/// Base64 with or without its padding.
fn decode(text: &str) -> Result<Vec<u8>, Stop> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let text = text.trim();
    LENIENT.decode(if text == "=" { "" } else { text }).map_err(|_| Stop::Challenge)
}

/// The error of OAUTHBEARER (RFC 7628 section 3.2.2): `{"status":"invalid_token"}`.
fn fault(json: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Told {
        #[serde(default)]
        status: serde_json::Value,
    }
    let status = serde_json::from_slice::<Told>(json).map(|told| told.status).unwrap_or_default();
    match status {
        serde_json::Value::String(text) => shown(&text),
        serde_json::Value::Number(number) => shown(&number.to_string()),
        _ => shown(&String::from_utf8_lossy(json)),
    }
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(TOLD).collect()
}

#[cfg(test)]
mod tests;
