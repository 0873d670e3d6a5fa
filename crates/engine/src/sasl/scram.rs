//! The client's side of SCRAM (RFC 5802, RFC 7677) with channel binding `tls-server-end-point`
//! (RFC 5929 section 4.1). The rounds of hashing that a server may ask for are bounded both ways.

use std::num::NonZeroU32;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

use super::Stop;
use aloud_model::Secret;

/// Rounds of hashing: fewer are no protection (RFC 7677 section 4), more would keep us busy.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4096..=2_000_000;
/// Longest salt.
const SALT: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
        }
    }

    fn mac(self, key: &[u8], text: &[u8]) -> hmac::Tag {
        hmac::sign(&self.key(key), text)
    }

    fn key(self, key: &[u8]) -> hmac::Key {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        };
        hmac::Key::new(algorithm, key)
    }

    fn stretch(self, password: &str, salt: &[u8], rounds: NonZeroU32) -> Zeroizing<Vec<u8>> {
        let algorithm = match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        };
        let mut out = Zeroizing::new(vec![0; self.digest().output_len()]);
        pbkdf2::derive(algorithm, rounds, salt, password.as_bytes(), &mut out);
        out
    }
}

/// What is said about the certificate.
pub(super) enum Binding {
    /// We cannot bind, or do not with this mechanism.
    None,
    /// We could, and the server does not offer it.
    NotOffered,
    /// The hash of the server's certificate.
    EndPoint(Vec<u8>),
}

enum Stage {
    First,
    /// The signature that the server has to give.
    Final(hmac::Key, String),
    Proved,
    Failed,
}

pub(super) struct Scram {
    hash: Hash,
    password: Zeroizing<String>,
    /// `n,,` and its like.
    header: &'static str,
    /// The octets behind the header.
    bound: Vec<u8>,
    bare: String,
    nonce: String,
    stage: Stage,
}

pub(super) struct Step {
    pub(super) answer: Zeroizing<String>,
    /// The server's `e=`.
    pub(super) error: Option<String>,
}

impl Scram {
    pub(super) fn new(
        hash: Hash,
        user: &str,
        password: &Secret,
        binding: Binding,
        nonce: &str,
    ) -> Result<Self, Stop> {
        let unsayable = |_| Stop::Unsayable;
        let prepared = stringprep::saslprep(password.expose()).map_err(unsayable)?;
        let user = stringprep::saslprep(user).map_err(unsayable)?;
        if prepared.is_empty() || user.is_empty() || !nonce_fits(nonce) {
            return Err(Stop::Unsayable);
        }
        let (header, bound) = match binding {
            Binding::None => ("n,,", Vec::new()),
            Binding::NotOffered => ("y,,", Vec::new()),
            Binding::EndPoint(octets) => ("p=tls-server-end-point,,", octets),
        };
        Ok(Self {
            hash,
            password: Zeroizing::new(prepared.into_owned()),
            header,
            bound,
            bare: format!("n={},r={nonce}", name(&user)),
            nonce: nonce.to_owned(),
            stage: Stage::First,
        })
    }

    /// The client's first message.
    pub(super) fn first(&self) -> String {
        format!("{}{}", self.header, self.bare)
    }

    pub(super) fn proved(&self) -> bool {
        matches!(self.stage, Stage::Proved)
    }

    pub(super) fn answer(&mut self, challenge: &str) -> Result<Step, Stop> {
        match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::First => {
                let (answer, key, message) = self.proof(challenge)?;
                self.stage = Stage::Final(key, message);
                Ok(Step { answer: Zeroizing::new(answer), error: None })
            }
            Stage::Final(key, message) => {
                let done = |error| Ok(Step { answer: Zeroizing::default(), error });
                if let Some(error) = challenge.strip_prefix("e=") {
                    return done(Some(error.to_owned()));
                }
                let signature = challenge.strip_prefix("v=").ok_or(Stop::FalseServer)?;
                let signature = signature.split(',').next().unwrap_or_default();
                let signature = STANDARD.decode(signature).map_err(|_| Stop::FalseServer)?;
                hmac::verify(&key, message.as_bytes(), &signature)
                    .map_err(|_| Stop::FalseServer)?;
                self.stage = Stage::Proved;
                done(None)
            }
            Stage::Proved | Stage::Failed => Err(Stop::Challenge),
        }
    }

    /// The client's last message, and what the server's signature is checked with.
    fn proof(&self, server_first: &str) -> Result<(String, hmac::Key, String), Stop> {
        let mut fields = server_first.split(',');
        let mut field = |name: &str| {
            fields.next().and_then(|field| field.strip_prefix(name)).ok_or(Stop::Challenge)
        };
        let nonce = field("r=")?;
        let salt = field("s=")?;
        let rounds = field("i=")?;
        // A nonce that is not longer than ours, or another one, is somebody repeating things.
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) {
            return Err(Stop::Challenge);
        }
        let salt = STANDARD.decode(salt).map_err(|_| Stop::Challenge)?;
        if salt.is_empty() || salt.len() > SALT {
            return Err(Stop::Challenge);
        }
        let rounds: u32 = rounds.parse().map_err(|_| Stop::Challenge)?;
        let rounds = NonZeroU32::new(rounds).ok_or(Stop::Iterations)?;
        if !ITERATIONS.contains(&rounds.get()) {
            return Err(Stop::Iterations);
        }
        let hash = self.hash;
        let salted = hash.stretch(&self.password, &salt, rounds);
        let client_key = hash.mac(&salted, b"Client Key");
        let stored_key = digest::digest(hash.digest(), client_key.as_ref());
        let mut bound = self.header.as_bytes().to_vec();
        bound.extend_from_slice(&self.bound);
        let without_proof = format!("c={},r={nonce}", STANDARD.encode(bound));
        let message = format!("{},{server_first},{without_proof}", self.bare);
        let signature = hash.mac(stored_key.as_ref(), message.as_bytes());
        let proof: Vec<u8> =
            client_key.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        let server_key = hash.mac(&salted, b"Server Key");
        let answer = format!("{without_proof},p={}", STANDARD.encode(proof));
        Ok((answer, hash.key(server_key.as_ref()), message))
    }
}

/// A user name between commas (RFC 5802 section 5.1: saslname).
pub(super) fn name(user: &str) -> String {
    user.replace('=', "=3D").replace(',', "=2C")
}

/// Printable and without commas.
pub(super) fn nonce_fits(nonce: &str) -> bool {
    nonce.len() >= 16 && nonce.bytes().all(|octet| octet.is_ascii_graphic() && octet != b',')
}
