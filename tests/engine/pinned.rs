//! A certificate that the user trusts by its fingerprint: that one, of that host, and no other.

use std::{
    io,
    sync::{Arc, Mutex},
};

use aloud::{
    engine::{
        AccountSettings, CertificateFault, Error, Fingerprint, Security, Server,
        handle::NewSecret,
        net::{Dialer, Stream},
    },
    loopback::{Loopback, Protocol},
    model::Secret,
};
use tokio_rustls::TlsAcceptor;

use crate::support::{
    authority::Authority,
    user::{self, Desk},
};

const HOST: &str = "mail.example.com";

/// Mail over TLS whose certificate can be changed.
#[derive(Clone)]
struct Tls(Loopback, Arc<Mutex<TlsAcceptor>>);

#[async_trait::async_trait]
impl Dialer for Tls {
    async fn dial(&self, _host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        let (client, theirs) = tokio::io::duplex(64 * 1024);
        let (server, acceptor) = (self.0.clone(), self.1.lock().expect("whole").clone());
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(theirs).await else { return };
            server.serve(if port == 993 { Protocol::Imap } else { Protocol::Smtp }, stream);
        });
        Ok(Box::new(client))
    }
}

fn secured() -> AccountSettings {
    let server = |port| Server { host: HOST.into(), port, security: Security::Tls };
    AccountSettings { imap: server(993), smtp: server(465), ..user::settings() }
}

async fn world(authority: &Authority) -> (Desk, Tls) {
    let server = user::server();
    let tls = Tls(server.clone(), Arc::new(Mutex::new(authority.acceptor(HOST, 2099))));
    let dialer = Arc::new(tls.clone());
    (Desk::with(server, |options| options.dialer = dialer).await, tls)
}

async fn check(desk: &Desk, settings: &AccountSettings) -> Result<(), Error> {
    desk.engine.check_account(settings.clone(), Secret::new("secret".into())).await
}

fn shown(outcome: Result<(), Error>) -> Fingerprint {
    match outcome {
        Err(Error::Certificate(bad)) => {
            assert_eq!(bad.kind, CertificateFault::UnknownIssuer);
            bad.fingerprint.expect("shown")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_certificate_of_one_host_is_trusted_and_no_other() {
    let authority = Authority::new();
    let (desk, tls) = world(&authority).await;
    let mut settings = secured();
    let print = shown(check(&desk, &settings).await);
    // For another host it says nothing.
    settings.trust("other.example.com", print);
    shown(check(&desk, &settings).await);
    settings.trust(HOST, print);
    check(&desk, &settings).await.expect("trusted");
    let secret = NewSecret::Password(Secret::new("secret".into()));
    desk.engine.edit_account(desk.account, settings.clone(), secret).await.expect("changed");
    desk.sync().await;
    // Another certificate of the same host and issuer.
    *tls.1.lock().expect("whole") = authority.acceptor(HOST, 2099);
    assert_ne!(shown(check(&desk, &settings).await), print);
    let heard = tls.0.commands().len();
    let reports = desk.engine.sync_once(None).await.expect("a pass");
    assert!(reports[0].errors.iter().any(|fault| matches!(fault.error, Error::Certificate(_))));
    assert_eq!(tls.0.commands().len(), heard, "nothing was said");
    // And none any more.
    settings.distrust(HOST);
    shown(check(&desk, &settings).await);
}

/// One of another name, or that ran out, is as good as any when it is meant: the fingerprint says which.
#[tokio::test]
async fn a_fingerprint_stands_for_name_and_time_too() {
    let authority = Authority::new();
    let (desk, tls) = world(&authority).await;
    for acceptor in [authority.acceptor("localhost", 2099), authority.acceptor(HOST, 2001)] {
        *tls.1.lock().expect("whole") = acceptor;
        let mut settings = secured();
        let Err(Error::Certificate(bad)) = check(&desk, &settings).await else { panic!("trusted") };
        settings.trust(HOST, bad.fingerprint.expect("shown"));
        check(&desk, &settings).await.expect("trusted");
    }
}
