//! Whom we trust, and the TLS handshake. There is no switch that accepts a bad certificate; an account
//! may trust certificates of a host by their fingerprints ([`super::pinned`]).

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use rustls::{
    CertificateError, ClientConfig, InvalidMessage, RootCertStore,
    client::WebPkiServerVerifier,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{CONNECT, Stream, pinned::Pinned};
use crate::{
    lock::lock,
    types::{
        BadCertificate, Broken, CertificateFault, Error, Fingerprint, Invalid, Security, Server,
    },
};
use aloud_model::DateTime;

/// Largest CA file that is read.
const CA_LIMIT: u64 = 1 << 20;

/// The platform's roots and, if an account names one, a CA of its own. Read once a connection, so
/// that a renewed file works without a restart.
pub(crate) struct Trust {
    /// `None` for a server that is spoken to without TLS.
    config: Option<(Arc<ClientConfig>, Arc<Pinned>)>,
}

impl Trust {
    /// What is needed for a server.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(crate) async fn for_server(
        server: &Server,
        ca_pem: Option<&Path>,
        pins: Vec<Fingerprint>,
    ) -> Result<Self, Error> {
        match server.security {
            Security::None => Ok(Self { config: None }),
            Security::Tls | Security::StartTls => Self::load(ca_pem, pins).await,
        }
    }

    /// Reads the platform's roots and the account's CA file.
    ///
    /// # Errors
    /// [`Error::Certificate`] when the CA file cannot be read or nothing at all is trusted.
    async fn load(ca_pem: Option<&Path>, pins: Vec<Fingerprint>) -> Result<Self, Error> {
        let ca_pem = ca_pem.map(Path::to_owned);
        tokio::task::spawn_blocking(move || Self::load_now(ca_pem.as_deref(), pins))
            .await
            .map_err(|_| Error::Stopped)?
    }

    fn load_now(ca_pem: Option<&Path>, pins: Vec<Fingerprint>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = ca_pem {
            let bad = |reason: String| {
                certificate(CertificateFault::OwnFile, format!("{}: {reason}", path.display()))
            };
            let length = std::fs::metadata(path).map_err(|e| bad(e.to_string()))?.len();
            if length > CA_LIMIT {
                return Err(bad(format!("over {CA_LIMIT} octets")));
            }
            let pem = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
            let mut added = 0;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                let certificate = certificate.map_err(|e| bad(e.to_string()))?;
                roots.add(certificate).map_err(|e| bad(e.to_string()))?;
                added += 1;
            }
            if added == 0 {
                return Err(bad("no BEGIN CERTIFICATE".into()));
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // Without any root there is no usual check.
        let usual =
            WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&provider));
        let checks = Arc::new(Pinned {
            usual: usual.build().ok(),
            provider: Arc::clone(&provider),
            pins,
            seen: Mutex::default(),
        });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| certificate(CertificateFault::Other, e.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&checks) as _)
            .with_no_client_auth();
        Ok(Self { config: Some((Arc::new(config), checks)) })
    }

    /// Handshakes as a client of `host`.
    pub(super) async fn handshake(
        &self,
        host: &str,
        stream: Box<dyn Stream>,
        peer: &str,
    ) -> Result<TlsStream<Box<dyn Stream>>, Error> {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| Error::Invalid(Invalid::ServerName(host.to_owned())))?;
        let (config, checks) = self.config.as_ref().ok_or(Error::NoEncryption)?;
        let connector = TlsConnector::from(Arc::clone(config));
        let unreachable = |reason: Broken| Error::Unreachable { host: peer.to_owned(), reason };
        match timeout(CONNECT, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => {
                let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                Err(match tls {
                    Some(rustls::Error::InvalidCertificate(reason)) => {
                        Error::Certificate(BadCertificate {
                            kind: fault(reason),
                            reason: reason.to_string(),
                            fingerprint: *lock(&checks.seen),
                        })
                    }
                    // It answered our first octets with something else, such as its greeting.
                    Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
                        Error::WrongSecurity { host: peer.to_owned(), expects: Security::StartTls }
                    }
                    Some(other) => unreachable(Broken::Handshake(other.to_string())),
                    None => unreachable(Broken::Handshake(error.to_string())),
                })
            }
            Err(_) => Err(unreachable(Broken::NoTls)),
        }
    }
}

fn certificate(kind: CertificateFault, reason: String) -> Error {
    Error::Certificate(BadCertificate { kind, reason, fingerprint: None })
}

/// The class of what the TLS library found.
fn fault(error: &CertificateError) -> CertificateFault {
    match error {
        CertificateError::Expired => CertificateFault::Expired(None),
        CertificateError::ExpiredContext { not_after, .. } => {
            let unix = i64::try_from(not_after.as_secs()).unwrap_or(i64::MAX);
            CertificateFault::Expired(Some(DateTime::utc(unix)))
        }
        CertificateError::NotValidForName => CertificateFault::OtherName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            // As the library prints them: DnsName("mail.example.com").
            let plain = |name: &String| match name.split('"').nth(1) {
                Some(inner) => inner.to_owned(),
                None => name.clone(),
            };
            CertificateFault::OtherName(presented.iter().take(5).map(plain).collect())
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Other,
    }
}
