//! `aloud demo` and `aloud loopback`: the built-in server for the window, for the self-test and for
//! other programs.
//!
//! The window itself is opened by `main`, because this layer does not know it; [`DemoDialer`],
//! [`demo_account`] and [`prepare`] are what it needs.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::sync::OnceCell;

use super::{Dirs, Failure, Outcome, block_on};
use crate::{
    engine::{
        AccountSettings, Engine, Error, Security, Server,
        net::{Dialer, Stream, TcpDialer},
    },
    loopback::{DEMO_ADDRESS, DEMO_LOGIN, DEMO_NAME, Loopback, demo_contacts},
    model::{AccountId, AddrSpec, DateTime, Secret},
};

mod check;

/// Host name of the demo servers. It exists inside this process only.
pub const DEMO_HOST: &str = "demo.loopback";
const IMAP_PORT: u16 = 143;
const SMTP_PORT: u16 = 587;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Do not open the window: run the main job on the demo mailbox without display and sound
    /// device, print a line for each step, and exit 0 only if all are ok.
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `loopback`.
#[derive(Debug, clap::Args)]
pub struct LoopbackArgs {
    /// Port for IMAP on 127.0.0.1; a free one when not given.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    imap: u16,
    /// Port for SMTP on 127.0.0.1; a free one when not given.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    smtp: u16,
}

/// Runs the self-test. The window is not opened here.
///
/// # Errors
/// [`Failure::Failed`] when a step failed, or when there is no window to open.
pub fn demo(args: DemoArgs, dirs: &Dirs) -> Outcome {
    if !args.check {
        return Err(Failure::Failed(fl!("cli-demo-no-window")));
    }
    block_on(check::run(dirs))?
}

/// Serves the demo mailbox on 127.0.0.1 until interrupted.
///
/// # Errors
/// [`Failure::Failed`] when a port cannot be taken.
pub fn loopback(args: LoopbackArgs, _dirs: &Dirs) -> Outcome {
    block_on(async {
        let server = built().await;
        let at = server.listen(args.imap, args.smtp).await?;
        let line = |what: &str, at: SocketAddr| println!("{what} {}:{}", at.ip(), at.port());
        line("IMAP", at.imap);
        line("SMTP", at.smtp);
        println!("{}", fl!("cli-loopback", login = DEMO_LOGIN));
        tokio::signal::ctrl_c().await?;
        Ok(())
    })?
}

/// Now, in the offset of this computer.
#[must_use]
pub fn now() -> DateTime {
    let now = jiff::Zoned::now();
    let offset_minutes = i16::try_from(now.offset().seconds() / 60).unwrap_or_default();
    DateTime { unix: now.timestamp().as_second(), offset_minutes }
}

/// The demo server, built off the async threads: it encodes minutes of speech.
async fn built() -> Loopback {
    let building = tokio::task::spawn_blocking(|| Loopback::demo(now()));
    // Only a panic or the end of the runtime could lose it; an empty server tells the user enough.
    building.await.unwrap_or_else(|_| Loopback::empty(now()))
}

/// Serves [`DEMO_HOST`] inside the process and dials every other host over TCP.
#[derive(Default)]
pub struct DemoDialer {
    server: OnceCell<Loopback>,
    others: TcpDialer,
}

#[async_trait::async_trait]
impl Dialer for DemoDialer {
    async fn dial(&self, host: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        if host != DEMO_HOST {
            return self.others.dial(host, port).await;
        }
        let server = self.server.get_or_init(built).await;
        match port {
            IMAP_PORT => Ok(Box::new(server.imap_stream())),
            SMTP_PORT => Ok(Box::new(server.smtp_stream())),
            _ => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }

    fn in_process(&self, host: &str, _port: u16) -> bool {
        host == DEMO_HOST
    }
}

/// A dialer over a server that is there already.
#[must_use]
pub fn dialer(server: Loopback) -> Arc<dyn Dialer> {
    Arc::new(DemoDialer { server: OnceCell::new_with(Some(server)), others: TcpDialer })
}

/// A dialer that builds the demo mailbox when the demo account first connects. What the program
/// always starts its engine with.
#[must_use]
pub fn lazy_dialer() -> Arc<dyn Dialer> {
    Arc::new(DemoDialer::default())
}

/// Settings of the demo account.
///
/// # Errors
/// Never: the address is complete, as a test shows.
pub fn demo_account() -> Result<AccountSettings, Error> {
    let address = AddrSpec::parse(DEMO_ADDRESS).map_err(|e| Error::Store(e.to_string()))?;
    let server = |port| Server { host: DEMO_HOST.into(), port, security: Security::None };
    Ok(AccountSettings {
        name: DEMO_NAME.into(),
        address,
        label: "Calder & Finch".into(),
        imap: server(IMAP_PORT),
        smtp: server(SMTP_PORT),
        user: DEMO_LOGIN.into(),
        sign_in: Default::default(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: Some("vm.calderfinch.example".into()),
        demo: true,
    })
}

/// Makes an engine ready for the demo: the account, if it is not there yet, and the people of the
/// demo's directory, who come as if imported from a file.
///
/// # Errors
/// What the engine says.
pub async fn prepare(engine: &Engine) -> Result<AccountId, Error> {
    let known = engine.accounts().await?.into_iter().find(|account| account.settings.demo);
    if let Some(account) = known {
        return Ok(account.id);
    }
    let password = Secret::new(DEMO_LOGIN.into());
    let id = engine.add_account(demo_account()?, Some(password)).await?;
    engine.import_file(demo_contacts(), "Calder & Finch.vcf".into()).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_served_inside_the_process() {
        let account = demo_account().expect("complete");
        let dialer = lazy_dialer();
        for server in [&account.imap, &account.smtp] {
            assert!(dialer.in_process(&server.host, server.port));
        }
        assert!(account.demo && !dialer.in_process("demo.loopback.example.com", 143));
    }
}
