//! The check of a server's certificate: the usual one, and besides it certificates that the user trusts by
//! their fingerprint. Whoever shows such a certificate has to prove that its key is theirs, too.

use std::sync::{Arc, Mutex};

use ring::digest;
use rustls::{
    CertificateError, DigitallySignedStruct, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::{lock::lock, types::Fingerprint};

#[derive(Debug)]
pub(super) struct Pinned {
    /// `None` where the system trusts nobody.
    pub(super) usual: Option<Arc<WebPkiServerVerifier>>,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) pins: Vec<Fingerprint>,
    /// What the server showed last.
    pub(super) seen: Mutex<Option<Fingerprint>>,
}

fn fingerprint(certificate: &CertificateDer<'_>) -> Option<Fingerprint> {
    let hash = digest::digest(&digest::SHA256, certificate);
    hash.as_ref().try_into().ok().map(Fingerprint)
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let print = fingerprint(leaf);
        *lock(&self.seen) = print;
        if print.is_some_and(|print| self.pins.contains(&print)) {
            return Ok(ServerCertVerified::assertion());
        }
        match &self.usual {
            Some(usual) => usual.verify_server_cert(leaf, between, name, ocsp, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            leaf,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            leaf,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
